using PlantRuntime.Contracts;

namespace PlantRuntime.Conformance.Drivers;

/// <summary>What one steady scan allocates.</summary>
/// <param name="BytesPerScan">Bytes, as the mean of the cheapest round.</param>
/// <param name="IsSynchronous">
/// All reads of that round completed at once: the bytes are this thread's alone, and exact. Otherwise they are the whole process's.
/// </param>
internal sealed record ScanCost(double BytesPerScan, bool IsSynchronous)
{
    private const int WarmScans = 200;
    private const int ScansPerRound = 50;
    private const int MostRounds = 400;

    /// <summary>
    /// Reads round after round until one costs no more than it may. The counter of the process also counts what tests running beside this
    /// one allocate, so one clean round is proof and a dirty one is not.
    /// </summary>
    public static Task<ScanCost> MeasureAsync(IReader reader, ScanBuffer buffer, int synchronousBound, int asynchronousBound) =>
        // Away from xunit's synchronization context, whose posts allocate.
        Task.Run(async () =>
        {
            await RoundAsync(reader, buffer, WarmScans).ConfigureAwait(false);
            var best = new ScanCost(double.PositiveInfinity, false);
            for (var round = 0; round < MostRounds; round++)
            {
                var cost = await RoundAsync(reader, buffer, ScansPerRound).ConfigureAwait(false);
                if (cost.BytesPerScan < best.BytesPerScan) best = cost;
                if (cost.BytesPerScan <= (cost.IsSynchronous ? synchronousBound : asynchronousBound)) return cost;
            }

            return best;
        });

    private static async Task<ScanCost> RoundAsync(IReader reader, ScanBuffer buffer, int scans)
    {
        var isSynchronous = true;
        var process = GC.GetTotalAllocatedBytes(precise: true);
        var thread = GC.GetAllocatedBytesForCurrentThread();
        for (var scan = 0; scan < scans; scan++)
        {
            buffer.Reset(DateTime.UnixEpoch);
            var read = reader.ReadAsync(buffer, CancellationToken.None);
            isSynchronous &= read.IsCompleted;
            await read.ConfigureAwait(false);
        }

        var bytes = isSynchronous ? GC.GetAllocatedBytesForCurrentThread() - thread : GC.GetTotalAllocatedBytes(precise: true) - process;
        return new ScanCost((double)bytes / scans, isSynchronous);
    }
}
