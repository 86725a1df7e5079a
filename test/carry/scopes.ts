/** What a job's token says of its job; a push has no base. */
export type JobScope = {
	readonly ref: string;
	readonly base?: string;
	readonly defaultBranch?: string;
	/** As of a run that an untrusted event started. */
	readonly readOnly?: boolean;
	/** Without any cache that it may read. */
	readonly blind?: boolean;
};

/** An entry of the cache service. */
export type Entry = {
	readonly id: number;
	readonly key: string;
	readonly version: string;
	readonly ref: string;
	/** The number of bytes; undefined while it is being uploaded. */
	size: number | undefined;
};

/** Whose entries a job sees, in the order of the search: its own branch's, its base's, the default branch's. */
export function scopesOf({ ref, base, defaultBranch = "refs/heads/main" }: JobScope): string[] {
	return [...new Set([ref, ...(base === undefined ? [] : [base]), defaultBranch])];
}

/** What is looked for. */
export type Search = {
	readonly key: string;
	readonly restoreKeys: readonly string[];
	readonly version: string;
};

/**
 * Finds an entry as GitHub's documentation says ("Cache key matching"): scope by scope the key exactly, the key as a
 * prefix, then each restore key as a prefix; of several the newest.
 */
export function findEntry(entries: readonly Entry[], search: Search, job: JobScope): Entry | undefined {
	const newestFirst = entries
		.filter(({ version, size }) => version === search.version && size !== undefined)
		.sort((a, b) => b.id - a.id);
	for (const scope of scopesOf(job)) {
		const seen = newestFirst.filter(({ ref }) => ref === scope);
		const exact = seen.find(({ key }) => key === search.key);
		if (exact !== undefined) return exact;
		for (const prefix of [search.key, ...search.restoreKeys]) {
			const found = seen.find(({ key }) => key.startsWith(prefix));
			if (found !== undefined) return found;
		}
	}
	return undefined;
}
