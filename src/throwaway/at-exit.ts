const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
const duties = new Set<() => void>();

/**
 * Has the synchronous `duty` done when this process exits or is told to end by a signal, unless the
 * returned function took it back before.
 */
export function doAtExit(duty: () => void): () => void {
	if (duties.size === 0) listen();
	duties.add(duty);
	return () => {
		if (duties.delete(duty) && duties.size === 0) stopListening();
	};
}

function doAll(): void {
	for (const duty of duties) duty();
	duties.clear();
}

function onSignal(signal: NodeJS.Signals): void {
	doAll();
	stopListening();
	// With a listener of somebody else's the end is theirs to decide; without, ours replaced the default.
	if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function listen(): void {
	process.on("exit", doAll);
	for (const signal of signals) process.on(signal, onSignal);
}

function stopListening(): void {
	process.off("exit", doAll);
	for (const signal of signals) process.off(signal, onSignal);
}
