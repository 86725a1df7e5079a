/** The libc version that `depends` asks for, if `host` is older than that. */
export function newerLibcNeeded(depends: string, host: string | undefined): string | undefined {
	const needed = /\blibc6 \(>= ([\d.]+)/.exec(depends)?.[1];
	if (needed === undefined || host === undefined) return undefined;
	return host.localeCompare(needed, "en", { numeric: true }) < 0 ? needed : undefined;
}

/** This machine's glibc version, as Node was loaded with it; undefined on another libc. */
export function hostLibc(): string | undefined {
	const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } };
	return report.header?.glibcVersionRuntime;
}
