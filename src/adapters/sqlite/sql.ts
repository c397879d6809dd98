// The fixed statements of the writer. Each step is a chain: its first statement names what the step believes and changes nothing
// when that is not so; the others go on only if the one before them changed a row (changes() = 1). So a stale step is harmless by
// itself and can share a transaction with good ones. Events and counts are written by the triggers of drizzle/*_rules.sql.

import { jobJson } from "./rows.ts";

/** Numbers rise in commit order, because only one transaction writes at a time; events are never deleted, so none is reused. */
const nextSeq = "(select coalesce(max(seq), 0) + 1 from job_events)";

/** What every move sets beside its own columns. */
function moved(reason: string, nowMs: string, moves = 1): string {
  return `reason = ${reason}, moved_at_ms = ${nowMs}, event_count = event_count + ${moves}, event_seq = ${nextSeq} + ${moves - 1}`;
}

/** ?1 id ?2 tenant ?3 project ?4 name ?5 rank ?6 spec ?7 reason ?8 deadline ?9 now ?10 traceparent ?11 queued max ?12 idempotency key ?13 sum ?14 tags */
export const insertJob = `insert into jobs (id, tenant, project, name, service_rank, spec, state, reason, fence, attempts, worker_kills,
  holder, lease_until_ms, device, deadline_ms, submitted_at_ms, traceparent, event_seq, event_count, moved_at_ms, sum, tags)
select ?1, ?2, ?3, ?4, ?5, ?6, 'QUEUED', ?7, 0, 0, 0, '', 0, '', ?8, ?9, ?10, ${nextSeq}, 1, ?9, ?13, ?14
where (select queued from job_counts where id = 1) < ?11
  and (?8 is null or ?8 > ?9)
  and not exists (select 1 from jobs where id = ?1)
  and (?4 = '' or not exists (select 1 from jobs where tenant = ?2 and name = ?4 and name <> ''))
  and (?12 = '' or not exists (select 1 from idempotency where tenant = ?2 and key = ?12))
returning event_seq`;

/** ?1 tenant ?2 project ?3 key ?4 request hash ?5 job ?6 now ?7 sum */
export const insertIdempotency = `insert into idempotency (tenant, project, key, request_hash, job_id, created_at_ms, sum)
select ?1, ?2, ?3, ?4, ?5, ?6, ?7 where changes() = 1`;

const circuitColumns = "insert into circuits (tenant, project, id, name, openqasm, qubit_count, metadata, created_at_ms, sum)";

/** ?1 tenant ?2 project ?3 id ?4 name ?5 text ?6 qubits ?7 metadata ?8 now ?9 sum */
export const insertCircuit = `${circuitColumns} values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) on conflict do nothing`;
/** The same within a submit. One that is there is written again as it is, so that the chain goes on. */
export const insertCircuitOfJob = `${circuitColumns} select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 where changes() = 1
on conflict do update set id = excluded.id`;

/** ?1 job ?2 fence ?3 reason ?4 now ?5 holder ?6 device ?7 lease until */
function claim(state: string, moves: number): string {
  return `update jobs set ${state}, fence = fence + 1, attempts = attempts + 1, holder = ?5, device = ?6, lease_until_ms = ?7,
  ${moved("?3", "?4", moves)}
where id = ?1 and state = 'QUEUED' and fence = ?2 and (deadline_ms is null or deadline_ms > ?4)`;
}
export const claimJob = `${claim("state = 'SCHEDULED'", 1)} returning ${jobJson}`;
/** SCHEDULED and RUNNING in one: two moves, two events. */
const claimAndStart = claim("state = 'RUNNING', started_at_ms = ?4", 2);
export const claimAndStartJob = `${claimAndStart} returning ${jobJson}`;
/** The same within a submit: only if no other job waits. The rest of the row is known. */
export const claimSubmittedJob = `${claimAndStart} and changes() = 1 and (select queued from job_counts where id = 1) = 1
returning event_seq`;

/** ?1 job ?2 fence ?3 reason ?4 now */
export const startJob = `update jobs set state = 'RUNNING', started_at_ms = ?4, ${moved("?3", "?4")}
where id = ?1 and state = 'SCHEDULED' and fence = ?2 returning ${jobJson}`;

/** ?1 holder ?2 lease until ?3 JSON array of [job, fence] */
export const renewLeases = `update jobs set lease_until_ms = ?2
where (id, fence) in (select value ->> 0, value ->> 1 from json_each(?3)) and holder = ?1 and state in ('SCHEDULED', 'RUNNING')
returning ${jobJson}`;

/** ?1 job ?2 fence ?3 reason ?4 now */
export const completeJob = `update jobs set state = 'COMPLETED', holder = '', lease_until_ms = 0, ended_at_ms = ?4, ${moved("?3", "?4")}
where id = ?1 and state = 'RUNNING' and fence = ?2 returning ${jobJson}`;

/** ?1 job ?2 fence ?3 metadata ?4 chunk count ?5 sum */
export const insertResult = `insert into results (job_id, tenant, project, fence, metadata, chunk_count, sum)
select id, tenant, project, ?2, ?3, ?4, ?5 from jobs where id = ?1 and changes() = 1`;

/** ?1 job ?2 index ?3 bytes ?4 sum */
export const insertChunk = `insert into result_chunks (job_id, chunk_index, tenant, project, bytes, sum)
select job_id, ?2, tenant, project, ?3, ?4 from results where job_id = ?1 and changes() = 1`;

/** ?1 job ?2 fence ?3 reason ?4 now ?5 from ?6 to ?7 fence raise ?8 worker kills ?9 failure ?10 yields */
const end = `update jobs set state = ?6, fence = fence + ?7, worker_kills = worker_kills + ?8, yields = yields + ?10, failure = ?9, holder = '', lease_until_ms = 0,
  device = iif(?6 = 'QUEUED', '', device), started_at_ms = iif(?6 = 'QUEUED', null, started_at_ms),
  ended_at_ms = iif(?6 = 'QUEUED', null, ?4), ${moved("?3", "?4")}
where id = ?1 and state = ?5 and fence = ?2`;
export const endJob = `${end} returning ${jobJson}`;
/** The same for a job that reaping found: its expiry is judged again, now inside the transaction. */
export const reapJob = `${end} and iif(state = 'QUEUED', deadline_ms, lease_until_ms) <= ?4 returning ${jobJson}`;

/** ?1 now ?2 limit. Expired leases, then expired waits, oldest first. */
export const findExpired = `select ${jobJson} from (
  select * from (select *, 0 as late, lease_until_ms as expiry_ms from jobs
    where state in ('SCHEDULED', 'RUNNING') and lease_until_ms <= ?1 order by lease_until_ms, id limit ?2)
  union all
  select * from (select *, 1 as late, deadline_ms as expiry_ms from jobs
    where state = 'QUEUED' and deadline_ms is not null and deadline_ms <= ?1 order by deadline_ms, id limit ?2)
) order by late, expiry_ms, id limit ?2`;

/** ?1 latest end of a lease. Those beyond it were granted before the clock went back. */
export const shortenLeases = `update jobs set lease_until_ms = ?1 where state in ('SCHEDULED', 'RUNNING') and lease_until_ms > ?1`;

/** ?1 newest that is dropped ?2 limit */
export const dropIdempotency = `delete from idempotency where rowid in (
  select rowid from idempotency where created_at_ms <= ?1 order by created_at_ms, tenant, key limit ?2)`;

/** ?1 job ?2 tenant ?3 project ?4 reason ?5 now */
export const cancelJob = `update jobs set state = 'CANCELLED', fence = fence + 1, holder = '', lease_until_ms = 0, ended_at_ms = ?5, ${moved("?4", "?5")}
where id = ?1 and tenant = ?2 and project = ?3 and state in ('QUEUED', 'SCHEDULED', 'RUNNING') returning ${jobJson}`;

/** ?1 job: the state that its newest move left. */
export const findLeftState = "select cast(from_state as blob) from job_events where job_id = ?1 order by job_seq desc limit 1";

/** ?1 now. Always another value: SQLite does not write a page that stays as it was. */
export const beat = "update heartbeat set at_ms = max(?1, at_ms + 1) where id = 1";
