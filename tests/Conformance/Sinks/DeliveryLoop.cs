using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance.Sinks;

/// <summary>
/// Delivers a batch as the host does: connects, retries, and removes refused records or halves the batch. Every record keeps its identity.
/// </summary>
public static class DeliveryLoop
{
    private const int MaxAttempts = 100;

    /// <summary>Delivers a batch.</summary>
    /// <returns>The refused records.</returns>
    public static async Task<IReadOnlyList<RecordId>> RunAsync(ISink sink, RecordBatch whole)
    {
        var (work, dead) = (new LinkedList<RecordBatch>([whole]), new List<RecordId>());
        for (var attempt = 0; work.First?.Value is { } batch; attempt++)
        {
            Assert.True(attempt < MaxAttempts, $"{work.Count} parts are left after {attempt} attempts");
            try
            {
                await sink.ConnectAsync(default);
                await sink.WriteAsync(batch, default);
                work.RemoveFirst();
            }
            catch (RejectedException refusal)
            {
                work.RemoveFirst();
                IReadOnlyList<int> refused = refusal.Indexes ?? (batch.Count == 1 ? [0] : []);
                dead.AddRange(refused.Select(i => batch[i].Id));
                if (refusal.OthersAreStored) continue;
                if (refused.Count > 0) Push(work, batch.Part(i => !refused.Contains(i)));
                else Push(work, batch.Part(i => i < batch.Count / 2), batch.Part(i => i >= batch.Count / 2));
            }
            catch (Exception failure) when (failure is IOException or NotConnectedException or RetryAfterException)
            {
                // The same batch is retried.
            }
        }

        return dead;
    }

    private static void Push(LinkedList<RecordBatch> work, params RecordBatch[] parts)
    {
        foreach (var part in parts.Reverse().Where(p => p.Count > 0)) work.AddFirst(part);
    }
}
