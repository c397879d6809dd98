-- The same rules as before, for rows with sums: every event is written twice in its row, so that a flaw of the disk shows when it is read.

DROP TRIGGER jobs_began;
--> statement-breakpoint
CREATE TRIGGER jobs_began AFTER INSERT ON jobs
BEGIN
  INSERT INTO job_events (seq, job_id, job_seq, tenant, project, job_name, from_state, to_state, reason, device, fence, at_ms, mirror)
  VALUES (new.event_seq, new.id, new.event_count, new.tenant, new.project, new.name, NULL, new.state, new.reason, new.device, new.fence, new.moved_at_ms,
    json_array(new.event_seq, new.event_count, new.id, new.name, new.tenant, new.project, NULL, new.state, new.reason, new.device, new.fence, new.moved_at_ms));
  UPDATE job_counts SET queued = queued + 1 WHERE id = 1;
END;
--> statement-breakpoint
DROP TRIGGER jobs_moved;
--> statement-breakpoint
CREATE TRIGGER jobs_moved AFTER UPDATE OF state ON jobs
BEGIN
  -- Claimed and started at once: SCHEDULED first, for the reason of the claim.
  INSERT INTO job_events (seq, job_id, job_seq, tenant, project, job_name, from_state, to_state, reason, device, fence, at_ms, mirror)
  SELECT new.event_seq - 1, new.id, new.event_count - 1, new.tenant, new.project, new.name, 'QUEUED', 'SCHEDULED', new.reason, new.device,
    new.fence, new.moved_at_ms,
    json_array(new.event_seq - 1, new.event_count - 1, new.id, new.name, new.tenant, new.project, 'QUEUED', 'SCHEDULED', new.reason, new.device, new.fence, new.moved_at_ms)
  WHERE old.state = 'QUEUED' AND new.state = 'RUNNING';
  INSERT INTO job_events (seq, job_id, job_seq, tenant, project, job_name, from_state, to_state, reason, device, fence, at_ms, mirror)
  VALUES (new.event_seq, new.id, new.event_count, new.tenant, new.project, new.name,
    iif(old.state = 'QUEUED' AND new.state = 'RUNNING', 'SCHEDULED', old.state), new.state,
    iif(old.state = 'QUEUED' AND new.state = 'RUNNING', 'a driver took it', new.reason), new.device, new.fence, new.moved_at_ms,
    json_array(new.event_seq, new.event_count, new.id, new.name, new.tenant, new.project, iif(old.state = 'QUEUED' AND new.state = 'RUNNING', 'SCHEDULED', old.state), new.state,
      iif(old.state = 'QUEUED' AND new.state = 'RUNNING', 'a driver took it', new.reason), new.device, new.fence, new.moved_at_ms));
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
DROP TRIGGER jobs_keep;
--> statement-breakpoint
CREATE TRIGGER jobs_keep BEFORE UPDATE OF number, id, tenant, project, name, spec, service_rank, deadline_ms, submitted_at_ms, traceparent, sum, tags ON jobs
WHEN new.number <> old.number OR new.id <> old.id OR new.tenant <> old.tenant OR new.project <> old.project
  OR new.name <> old.name OR new.spec <> old.spec OR new.service_rank <> old.service_rank
  OR new.deadline_ms IS NOT old.deadline_ms OR new.submitted_at_ms <> old.submitted_at_ms OR new.traceparent <> old.traceparent OR new.sum <> old.sum
  OR new.tags <> old.tags
BEGIN
  SELECT raise(ABORT, 'jobs: what was submitted never changes');
END;
--> statement-breakpoint
DROP TRIGGER circuits_change;
--> statement-breakpoint
CREATE TRIGGER circuits_change BEFORE UPDATE ON circuits
WHEN new.id <> old.id OR new.tenant <> old.tenant OR new.project <> old.project OR new.name <> old.name OR new.openqasm <> old.openqasm
  OR new.qubit_count <> old.qubit_count OR new.metadata <> old.metadata OR new.created_at_ms <> old.created_at_ms OR new.sum <> old.sum
BEGIN
  SELECT raise(ABORT, 'circuits: named by their content, so never changed');
END;
