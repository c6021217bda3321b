using System.Diagnostics;
using System.Globalization;

namespace PlantRuntime.Faults;

/// <summary>Runs scenarios and prints the figures, one line of Markdown per row.</summary>
internal static class FaultTable
{
    /// <returns>True if none failed.</returns>
    public static async Task<bool> RunAsync(IReadOnlyList<FaultScenario> rows, int seed, bool isShort)
    {
        Console.WriteLine("| row | fault | measured | passes when | result | seed | seconds |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        var isWell = true;
        foreach (var row in rows)
        {
            var run = new FaultRun(seed, isShort, isTimed: true);
            var watch = Stopwatch.StartNew();
            var result = await RunAsync(row, run).ConfigureAwait(false);
            isWell &= result != "FAIL";
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {row.Number} | {row.Fault} | {run.Measured} | {row.Passes} | {result} | {seed} | {watch.Elapsed.TotalSeconds:0} |"));
        }

        return isWell;
    }

    private static async Task<string> RunAsync(FaultScenario row, FaultRun run)
    {
        try
        {
            await row.RunAsync(run).ConfigureAwait(false);
            return run.Failed.Count == 0 ? "PASS" : "FAIL";
        }
        catch (SkipException skip)
        {
            run.Note(skip.Message);
            return "SKIPPED";
        }
        catch (Exception exception)
        {
            await Console.Error.WriteLineAsync(exception.ToString()).ConfigureAwait(false);
            run.Expect(false, exception.Message.ReplaceLineEndings(" ")[..Math.Min(200, exception.Message.Length)]);
            return "FAIL";
        }
    }
}
