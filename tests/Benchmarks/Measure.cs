using System.Diagnostics;
using System.Globalization;

namespace PlantRuntime.Benchmarks;

/// <summary>Measures processor and wall time, computes medians, and prints results.</summary>
internal static class Measure
{
    private const int ClockTicks = 100;

    /// <summary>Returns the seconds of processor time of the process for a piece of work.</summary>
    public static double CpuSeconds(Action work)
    {
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        work();
        return (Process.GetCurrentProcess().TotalProcessorTime - before).TotalSeconds;
    }

    public static double WallSeconds(Action work)
    {
        var watch = Stopwatch.StartNew();
        work();
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>Returns the seconds of processor time that another process has used (Linux).</summary>
    public static double ProcessorSeconds(int process)
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[11..13].Sum(ticks => double.Parse(ticks, CultureInfo.InvariantCulture)) / ClockTicks;
    }

    /// <summary>Returns a size of another process from the line of that key of its status (Linux): VmRSS, RssAnon.</summary>
    public static double Megabytes(int process, string key) => double.Parse(File.ReadLines($"/proc/{process}/status")
        .First(l => l.StartsWith(key + ":", StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1000 * 1.024;

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>Prints one result: subject, figure, and whether it meets the goal.</summary>
    public static void Print(string what, FormattableString figure, bool isMet, string goal) =>
        Console.WriteLine($"{what,-46} {figure.ToString(CultureInfo.InvariantCulture),-34} goal {goal,-22} {(isMet ? "met" : "NOT MET")}");
}
