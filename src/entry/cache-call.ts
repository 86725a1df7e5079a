import { answerCacheCall } from "../runner/cache-call.ts";

await answerCacheCall(process.argv[2] ?? "");
