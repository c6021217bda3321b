using PlantRuntime.Conformance.Sinks;
using PlantRuntime.Contracts;

namespace PlantRuntime.Http.Tests.Testing;

/// <summary>What the host does with a batch: retries, takes refused records out, halves; each part has a number of its own.</summary>
internal static class Delivery
{
    private const int MostAttempts = 100;

    /// <returns>The refused records, as the number that each has in its only sample.</returns>
    public static async Task<IReadOnlyList<int>> RunAsync(ISink sink, RecordBatch whole)
    {
        var (work, dead, number) = (new LinkedList<RecordBatch>([whole]), new List<int>(), whole.Number);
        for (var attempt = 0; work.First?.Value is { } batch; attempt++)
        {
            Assert.True(attempt < MostAttempts, $"{work.Count} parts are left after {attempt} attempts");
            try
            {
                await sink.ConnectAsync(default);
                await sink.WriteAsync(batch, default);
                work.RemoveFirst();
            }
            catch (RejectedException refusal)
            {
                work.RemoveFirst();
                var refused = refusal.Indexes ?? [];
                dead.AddRange(refused.Select(i => (int)batch[i].Samples.Span[0].Value.Int));
                if (refused.Count > 0) Push(work, Part(batch, i => !refused.Contains(i), ++number));
                else Push(work, Part(batch, i => i < batch.Count / 2, ++number), Part(batch, i => i >= batch.Count / 2, ++number));
            }
            catch (IOException)
            {
                // Retried as it is.
            }
        }

        return dead;
    }

    private static void Push(LinkedList<RecordBatch> work, params RecordBatch[] parts)
    {
        foreach (var part in parts.Reverse().Where(p => p.Count > 0)) work.AddFirst(part);
    }

    private static RecordBatch Part(RecordBatch batch, Func<int, bool> isIn, long number)
    {
        var part = Batches.Empty(number);
        for (var i = 0; i < batch.Count; i++)
        {
            if (isIn(i)) part.Add(batch[i]);
        }

        return part;
    }
}
