CREATE TABLE `circuits` (
	`id` text NOT NULL,
	`tenant` text NOT NULL,
	`project` text NOT NULL,
	`name` text NOT NULL,
	`openqasm` text NOT NULL,
	`qubit_count` integer NOT NULL,
	`metadata` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	PRIMARY KEY(`tenant`, `id`)
);
--> statement-breakpoint
CREATE TABLE `heartbeat` (
	`id` integer PRIMARY KEY NOT NULL,
	`at_ms` integer NOT NULL,
	CONSTRAINT "heartbeat_single" CHECK(id = 1)
);
--> statement-breakpoint
CREATE TABLE `idempotency` (
	`tenant` text NOT NULL,
	`project` text NOT NULL,
	`key` text NOT NULL,
	`request_hash` text NOT NULL,
	`job_id` text NOT NULL,
	`created_at_ms` integer NOT NULL,
	PRIMARY KEY(`tenant`, `key`),
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `idempotency_by_age` ON `idempotency` (`created_at_ms`,`tenant`,`key`);--> statement-breakpoint
CREATE TABLE `job_counts` (
	`id` integer PRIMARY KEY NOT NULL,
	`queued` integer NOT NULL,
	`scheduled` integer NOT NULL,
	`running` integer NOT NULL,
	`completed` integer NOT NULL,
	`failed` integer NOT NULL,
	`cancelled` integer NOT NULL,
	`dead` integer NOT NULL,
	CONSTRAINT "job_counts_single" CHECK(id = 1),
	CONSTRAINT "job_counts_positive" CHECK(min(queued, scheduled, running, completed, failed, cancelled, dead) >= 0)
);
--> statement-breakpoint
CREATE TABLE `job_events` (
	`seq` integer PRIMARY KEY NOT NULL,
	`job_id` text NOT NULL,
	`job_seq` integer NOT NULL,
	`tenant` text NOT NULL,
	`project` text NOT NULL,
	`job_name` text NOT NULL,
	`from_state` text,
	`to_state` text NOT NULL,
	`reason` text NOT NULL,
	`device` text NOT NULL,
	`fence` integer NOT NULL,
	`at_ms` integer NOT NULL,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "job_events_first" CHECK((job_seq = 1) = (from_state is null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `job_events_by_job` ON `job_events` (`job_id`,`job_seq`);--> statement-breakpoint
CREATE INDEX `job_events_by_owner` ON `job_events` (`tenant`,`project`,`seq`);--> statement-breakpoint
CREATE TABLE `jobs` (
	`number` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`tenant` text NOT NULL,
	`project` text NOT NULL,
	`name` text NOT NULL,
	`service_rank` integer NOT NULL,
	`spec` text NOT NULL,
	`state` text NOT NULL,
	`reason` text NOT NULL,
	`fence` integer NOT NULL,
	`attempts` integer NOT NULL,
	`worker_kills` integer NOT NULL,
	`holder` text NOT NULL,
	`lease_until_ms` integer NOT NULL,
	`device` text NOT NULL,
	`deadline_ms` integer,
	`submitted_at_ms` integer NOT NULL,
	`started_at_ms` integer,
	`ended_at_ms` integer,
	`failure` text,
	`traceparent` text NOT NULL,
	`event_seq` integer NOT NULL,
	`event_count` integer NOT NULL,
	`moved_at_ms` integer NOT NULL,
	CONSTRAINT "jobs_state" CHECK(state in ('QUEUED', 'SCHEDULED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELLED', 'DEAD')),
	CONSTRAINT "jobs_rank" CHECK(service_rank between 0 and 3),
	CONSTRAINT "jobs_held" CHECK((state in ('SCHEDULED', 'RUNNING')) = (holder <> '')),
	CONSTRAINT "jobs_leased" CHECK((holder = '') = (lease_until_ms = 0)),
	CONSTRAINT "jobs_ended" CHECK((state in ('COMPLETED', 'FAILED', 'CANCELLED', 'DEAD')) = (ended_at_ms is not null)),
	CONSTRAINT "jobs_started" CHECK(state not in ('RUNNING', 'COMPLETED') or started_at_ms is not null),
	CONSTRAINT "jobs_attempts" CHECK(attempts between 0 and fence)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_by_id` ON `jobs` (`id`);--> statement-breakpoint
CREATE UNIQUE INDEX `jobs_by_name` ON `jobs` (`tenant`,`name`) WHERE name <> '';--> statement-breakpoint
CREATE INDEX `jobs_by_owner` ON `jobs` (`tenant`,`project`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_by_owner_and_state` ON `jobs` (`tenant`,`project`,`state`,`id`);--> statement-breakpoint
CREATE INDEX `jobs_ready` ON `jobs` (`service_rank`,`number`) WHERE state = 'QUEUED';--> statement-breakpoint
CREATE INDEX `jobs_by_deadline` ON `jobs` (`deadline_ms`,`id`) WHERE state = 'QUEUED' and deadline_ms is not null;--> statement-breakpoint
CREATE INDEX `jobs_by_lease` ON `jobs` (`lease_until_ms`,`id`) WHERE state in ('SCHEDULED', 'RUNNING');--> statement-breakpoint
CREATE TABLE `result_chunks` (
	`job_id` text NOT NULL,
	`chunk_index` integer NOT NULL,
	`tenant` text NOT NULL,
	`project` text NOT NULL,
	`bytes` blob NOT NULL,
	PRIMARY KEY(`job_id`, `chunk_index`),
	FOREIGN KEY (`job_id`) REFERENCES `results`(`job_id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "result_chunks_index" CHECK(chunk_index >= 0),
	CONSTRAINT "result_chunks_bytes" CHECK(length(bytes) <= 1048576)
);
--> statement-breakpoint
CREATE TABLE `results` (
	`job_id` text PRIMARY KEY NOT NULL,
	`tenant` text NOT NULL,
	`project` text NOT NULL,
	`fence` integer NOT NULL,
	`metadata` text NOT NULL,
	`chunk_count` integer NOT NULL,
	FOREIGN KEY (`job_id`) REFERENCES `jobs`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `schema_version` (
	`version` integer PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`checksum` text NOT NULL,
	`applied_at_ms` integer NOT NULL
);
