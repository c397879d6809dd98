-- The same rules as 0001, in fewer writes: a job that is claimed and started at once moves QUEUED to RUNNING in one update with both of its
-- events, and what never changes is looked at only by a statement that names it.

DROP TRIGGER jobs_change;
--> statement-breakpoint
CREATE TRIGGER jobs_change BEFORE UPDATE ON jobs
BEGIN
  SELECT CASE
    WHEN old.state IN ('COMPLETED', 'FAILED', 'CANCELLED', 'DEAD') THEN raise(ABORT, 'jobs: a terminal state is final')
    WHEN new.fence < old.fence THEN raise(ABORT, 'jobs: a fence never falls')
    WHEN new.attempts < old.attempts OR new.worker_kills < old.worker_kills OR new.yields < old.yields
      THEN raise(ABORT, 'jobs: attempts never fall')
    WHEN new.yields > new.attempts THEN raise(ABORT, 'jobs: only an attempt can be given back')
    WHEN new.state = old.state AND new.event_count <> old.event_count THEN raise(ABORT, 'jobs: an event is a move')
  END;
END;
--> statement-breakpoint
CREATE TRIGGER jobs_keep BEFORE UPDATE OF number, id, tenant, project, name, spec, service_rank, deadline_ms, submitted_at_ms, traceparent ON jobs
WHEN new.number <> old.number OR new.id <> old.id OR new.tenant <> old.tenant OR new.project <> old.project
  OR new.name <> old.name OR new.spec <> old.spec OR new.service_rank <> old.service_rank
  OR new.deadline_ms IS NOT old.deadline_ms OR new.submitted_at_ms <> old.submitted_at_ms OR new.traceparent <> old.traceparent
BEGIN
  SELECT raise(ABORT, 'jobs: what was submitted never changes');
END;
--> statement-breakpoint
DROP TRIGGER jobs_move;
--> statement-breakpoint
CREATE TRIGGER jobs_move BEFORE UPDATE OF state ON jobs
BEGIN
  SELECT CASE
    WHEN old.state = 'QUEUED' AND new.state = 'RUNNING' AND new.event_count = old.event_count + 2 AND new.event_seq >= old.event_seq + 2 THEN NULL
    WHEN old.state || '>' || new.state NOT IN (
      'QUEUED>SCHEDULED', 'QUEUED>FAILED', 'QUEUED>CANCELLED',
      'SCHEDULED>RUNNING', 'SCHEDULED>QUEUED', 'SCHEDULED>FAILED', 'SCHEDULED>CANCELLED', 'SCHEDULED>DEAD',
      'RUNNING>COMPLETED', 'RUNNING>FAILED', 'RUNNING>CANCELLED', 'RUNNING>QUEUED', 'RUNNING>DEAD'
    ) THEN raise(ABORT, 'jobs: not a legal move')
    WHEN new.event_count <> old.event_count + 1 OR new.event_seq <= old.event_seq
      THEN raise(ABORT, 'jobs: every move is one event')
  END;
END;
--> statement-breakpoint
DROP TRIGGER jobs_moved;
--> statement-breakpoint
CREATE TRIGGER jobs_moved AFTER UPDATE OF state ON jobs
BEGIN
  -- Claimed and started at once: SCHEDULED first, for the reason of the claim.
  INSERT INTO job_events (seq, job_id, job_seq, tenant, project, job_name, from_state, to_state, reason, device, fence, at_ms)
  SELECT new.event_seq - 1, new.id, new.event_count - 1, new.tenant, new.project, new.name, 'QUEUED', 'SCHEDULED', new.reason, new.device,
    new.fence, new.moved_at_ms
  WHERE old.state = 'QUEUED' AND new.state = 'RUNNING';
  INSERT INTO job_events (seq, job_id, job_seq, tenant, project, job_name, from_state, to_state, reason, device, fence, at_ms)
  VALUES (new.event_seq, new.id, new.event_count, new.tenant, new.project, new.name,
    iif(old.state = 'QUEUED' AND new.state = 'RUNNING', 'SCHEDULED', old.state), new.state,
    iif(old.state = 'QUEUED' AND new.state = 'RUNNING', 'a driver took it', new.reason), new.device, new.fence, new.moved_at_ms);
  UPDATE job_counts SET
    queued = queued + (new.state = 'QUEUED') - (old.state = 'QUEUED'),
    scheduled = scheduled + (new.state = 'SCHEDULED') - (old.state = 'SCHEDULED'),
    running = running + (new.state = 'RUNNING') - (old.state = 'RUNNING'),
    completed = completed + (new.state = 'COMPLETED'),
    failed = failed + (new.state = 'FAILED'),
    cancelled = cancelled + (new.state = 'CANCELLED'),
    dead = dead + (new.state = 'DEAD')
  WHERE id = 1;
END;
--> statement-breakpoint
DROP TRIGGER circuits_change;
--> statement-breakpoint
CREATE TRIGGER circuits_change BEFORE UPDATE ON circuits
WHEN new.id <> old.id OR new.tenant <> old.tenant OR new.project <> old.project OR new.name <> old.name OR new.openqasm <> old.openqasm
  OR new.qubit_count <> old.qubit_count OR new.metadata <> old.metadata OR new.created_at_ms <> old.created_at_ms
BEGIN
  SELECT raise(ABORT, 'circuits: named by their content, so never changed');
END;
