ALTER TABLE `circuits` ADD `sum` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `idempotency` ADD `sum` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `job_events` ADD `mirror` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `jobs` ADD `sum` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `jobs` ADD `tags` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `result_chunks` ADD `sum` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `results` ADD `sum` text DEFAULT '' NOT NULL;