/** Hears of it when the process is told to end; told once more, it ends at once. */
export function toldToEnd(): AbortSignal {
	const controller = new AbortController();
	const onSignal = () => controller.abort();
	for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, onSignal);
	return controller.signal;
}
