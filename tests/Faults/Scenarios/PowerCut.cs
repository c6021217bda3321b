using System.Globalization;
using System.Text;
using PlantRuntime.Conformance;
using PlantRuntime.Faults.Disk;
using PlantRuntime.Faults.Oracle;
using PlantRuntime.Logging;
using PlantRuntime.Queue;

namespace PlantRuntime.Faults.Scenarios;

/// <summary>
/// Cuts the power at random calls: one half of the cuts keeps only synced bytes, the other half also random sectors of the others.
/// </summary>
internal sealed class PowerCut()
    : FaultScenario("2", "power cut: only the synced bytes, 200 cuts", "opens 200/200; lost 0; the control with synchronous=NORMAL loses")
{
    public override async Task RunAsync(FaultRun run)
    {
        var cuts = run.Pick(200, 40);
        var safe = await CutAsync(run, cuts, "full");
        run.Expect(safe.Opened == cuts, $"opens {safe.Opened}/{cuts}");
        run.Expect(safe.Lost == 0, $"committed lost {safe.Lost}");
        run.Expect(safe.Corrupt == 0, $"corrupt {safe.Corrupt}");
        var control = await CutAsync(run, cuts, "normal");
        run.Expect(control.Lost > 0, $"control lost {control.Lost}");
    }

    private static async Task<(int Opened, long Lost, long Corrupt)> CutAsync(FaultRun run, int cuts, string mode)
    {
        using var folder = new TemporaryFolder();
        var data = Directory.CreateDirectory(folder.Of("data")).FullName;
        var events = await TraceAsync(run, data, folder.Of("strace"), mode);
        var at = Enumerable.Range(0, cuts).Select(_ => run.Random.Next(events.Count)).Order().ToList();
        run.Note($"{events.Count} calls traced");
        var (disk, next, committed, delivered) = (new CutDisk(), 0, 0, 0);
        var (opened, lost, corrupt) = (0, 0L, 0L);
        for (var cut = 0; cut < cuts; cut++)
        {
            for (; next <= at[cut]; next++)
            {
                var happened = events[next];
                if (happened is { File: QueueWriter.Marks, Kind: DiskEventKind.Write }) Note(happened.Data, ref committed, ref delivered);
                else if (happened.File != QueueWriter.Marks) disk.Apply(happened);
            }

            var left = Directory.CreateDirectory(folder.Of($"cut-{cut}")).FullName;
            disk.Cut(left, run.Random, isTorn: cut % 2 == 1);
            var found = new Arrivals();
            if (await DrainAsync(left, found)) opened++;
            var missing = Enumerable.Range(delivered + 1, Math.Max(0, committed - delivered)).Where(n => !found.Has(n)).ToList();
            if (missing.Count > 0 && mode == "full")
                await Console.Error.WriteLineAsync(
                    $"cut {cut} after call {at[cut]}: {missing[0]} to {missing[^1]}, {missing.Count} of {delivered + 1} to {committed}");
            lost += missing.Count;
            corrupt += found.Corrupt;
            Directory.Delete(left, recursive: true);
        }

        return (opened, lost, corrupt);
    }

    private static async Task<List<DiskEvent>> TraceAsync(FaultRun run, string data, string log, string mode)
    {
        var program = typeof(PowerCut).Assembly.Location;
        var (exit, output) = await Tool.RunAsync("strace", "-f", "-y", "-xx", "-s", "100000", "-o", log, "-e", $"trace={StraceLog.Calls}",
            "dotnet", program, "write-queue", data, $"{run.Pick(30_000, 10_000)}", mode);
        Skip.If(output.Contains("Operation not permitted", StringComparison.Ordinal), "this user may not trace processes");
        if (exit != 0) throw new InvalidOperationException($"the traced program failed: {output}");
        return StraceLog.Read(log, data);
    }

    private static void Note(byte[] mark, ref int committed, ref int delivered)
    {
        var number = int.Parse(Encoding.ASCII.GetString(mark, 1, mark.Length - 2), CultureInfo.InvariantCulture);
        if (mark[0] == 'c') committed = number;
        else delivered = number;
    }

    private static async Task<bool> DrainAsync(string folder, Arrivals found)
    {
        using var log = new PlantLog(TimeProvider.System, LogLevel.Error, []);
        try
        {
            using var queue = QueueWriter.Open(folder, log);
            var reader = queue.OpenConsumer(QueueWriter.Sink);
            reader.Finish();
            while (await reader.NextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)) is { } portion)
            {
                for (var i = 0; i < portion.Batch.Count; i++) found.Add(Encoding.UTF8.GetString(portion.Batch[i].Json.Span));
                await reader.AdvanceAsync(portion, portion.Batch.Count);
            }

            return true;
        }
        catch (Exception exception) when (exception is IOException or TimeoutException or ObjectDisposedException)
        {
            await Console.Error.WriteLineAsync($"{folder}: {exception.Message}");
            return false;
        }
    }
}
