/** The first bytes of a file. */

import { useQuery } from "@tanstack/react-query";
import { rangeReader } from "@/api/artifacts";
import type { FileToShow } from "./FileFrame";

export function useHead(file: FileToShow, limit: number, isWanted = true) {
  return useQuery({
    queryKey: ["file", file.address, file.sizeBytes, limit],
    enabled: isWanted,
    queryFn: async ({ signal }) =>
      (await rangeReader(file.address, file.sizeBytes)({ offset: 0, limit: Math.min(limit, file.sizeBytes) }, signal))
        .bytes,
  });
}
