using System.Diagnostics;
using System.Globalization;

namespace PlantRuntime.Benchmarks;

/// <summary>Timing by CPU and wall, medians, and lines of one form.</summary>
internal static class Measure
{
    /// <summary>Seconds of processor time that this thread's process used for a piece of work.</summary>
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

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>One result: what, how much, and whether the goal of the project is met.</summary>
    public static void Print(string what, FormattableString figure, bool isMet, string goal) =>
        Console.WriteLine($"{what,-46} {figure.ToString(CultureInfo.InvariantCulture),-34} goal {goal,-22} {(isMet ? "met" : "NOT MET")}");
}
