-- Rules about changes, which a drizzle schema cannot say: what moves, what never moves, and that every move is one event.
-- The list of legal moves is src/model/job.ts jobMoves; rules.test.ts compares the two by trying all of them.
INSERT INTO job_counts (id, queued, scheduled, running, completed, failed, cancelled, dead) VALUES (1, 0, 0, 0, 0, 0, 0, 0);
--> statement-breakpoint
INSERT INTO heartbeat (id, at_ms) VALUES (1, 0);
--> statement-breakpoint
CREATE TRIGGER jobs_begin BEFORE INSERT ON jobs
WHEN new.state <> 'QUEUED' OR new.fence <> 0 OR new.event_count <> 1
BEGIN
  SELECT raise(ABORT, 'jobs: a job begins QUEUED, with fence 0 and its first event');
END;
--> statement-breakpoint
CREATE TRIGGER jobs_began AFTER INSERT ON jobs
BEGIN
  INSERT INTO job_events (seq, job_id, job_seq, tenant, project, job_name, from_state, to_state, reason, device, fence, at_ms)
  VALUES (new.event_seq, new.id, new.event_count, new.tenant, new.project, new.name, NULL, new.state, new.reason, new.device, new.fence, new.moved_at_ms);
  UPDATE job_counts SET queued = queued + 1 WHERE id = 1;
END;
--> statement-breakpoint
CREATE TRIGGER jobs_change BEFORE UPDATE ON jobs
BEGIN
  SELECT CASE
    WHEN old.state IN ('COMPLETED', 'FAILED', 'CANCELLED', 'DEAD') THEN raise(ABORT, 'jobs: a terminal state is final')
    WHEN new.fence < old.fence THEN raise(ABORT, 'jobs: a fence never falls')
    WHEN new.attempts < old.attempts OR new.worker_kills < old.worker_kills THEN raise(ABORT, 'jobs: attempts never fall')
    WHEN new.number <> old.number OR new.id <> old.id OR new.tenant <> old.tenant OR new.project <> old.project
      OR new.name <> old.name OR new.spec <> old.spec OR new.service_rank <> old.service_rank
      OR new.deadline_ms IS NOT old.deadline_ms OR new.submitted_at_ms <> old.submitted_at_ms OR new.traceparent <> old.traceparent
      THEN raise(ABORT, 'jobs: what was submitted never changes')
    WHEN new.state = old.state AND new.event_count <> old.event_count THEN raise(ABORT, 'jobs: an event is a move')
  END;
END;
--> statement-breakpoint
CREATE TRIGGER jobs_move BEFORE UPDATE OF state ON jobs
BEGIN
  SELECT CASE
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
CREATE TRIGGER jobs_moved AFTER UPDATE OF state ON jobs
BEGIN
  INSERT INTO job_events (seq, job_id, job_seq, tenant, project, job_name, from_state, to_state, reason, device, fence, at_ms)
  VALUES (new.event_seq, new.id, new.event_count, new.tenant, new.project, new.name, old.state, new.state, new.reason, new.device, new.fence, new.moved_at_ms);
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
CREATE TRIGGER jobs_stay BEFORE DELETE ON jobs
BEGIN
  SELECT raise(ABORT, 'jobs: an acknowledged job is never lost');
END;
--> statement-breakpoint
CREATE TRIGGER job_events_order BEFORE INSERT ON job_events
WHEN new.seq <= (SELECT max(seq) FROM job_events)
BEGIN
  SELECT raise(ABORT, 'job_events: numbers rise in commit order');
END;
--> statement-breakpoint
CREATE TRIGGER job_events_change BEFORE UPDATE ON job_events
BEGIN
  SELECT raise(ABORT, 'job_events: append only');
END;
--> statement-breakpoint
CREATE TRIGGER job_events_stay BEFORE DELETE ON job_events
BEGIN
  SELECT raise(ABORT, 'job_events: append only');
END;
--> statement-breakpoint
CREATE TRIGGER results_begin BEFORE INSERT ON results
WHEN NOT EXISTS (SELECT 1 FROM jobs WHERE id = new.job_id AND state = 'COMPLETED' AND fence = new.fence)
BEGIN
  SELECT raise(ABORT, 'results: only a job that its holder completed has a result');
END;
--> statement-breakpoint
CREATE TRIGGER results_change BEFORE UPDATE ON results
BEGIN
  SELECT raise(ABORT, 'results: immutable');
END;
--> statement-breakpoint
CREATE TRIGGER results_stay BEFORE DELETE ON results
BEGIN
  SELECT raise(ABORT, 'results: immutable');
END;
--> statement-breakpoint
CREATE TRIGGER result_chunks_change BEFORE UPDATE ON result_chunks
BEGIN
  SELECT raise(ABORT, 'result_chunks: immutable');
END;
--> statement-breakpoint
CREATE TRIGGER result_chunks_stay BEFORE DELETE ON result_chunks
BEGIN
  SELECT raise(ABORT, 'result_chunks: immutable');
END;
--> statement-breakpoint
CREATE TRIGGER circuits_change BEFORE UPDATE ON circuits
BEGIN
  SELECT raise(ABORT, 'circuits: named by their content, so never changed');
END;
