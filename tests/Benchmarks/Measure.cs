using System.Diagnostics;
using System.Globalization;
using PlantRuntime.Conformance.Host;

namespace PlantRuntime.Benchmarks;

/// <summary>Measures processor and wall time, computes medians, and prints results.</summary>
internal static class Measure
{
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

    /// <summary>Resident memory of another process in MB, and how much of it is anonymous or shared (Linux).</summary>
    public static (double Resident, double Anonymous) Memory(int process) => (
        ProcessFigures.Bytes(process, "VmRSS") / 1e6,
        (ProcessFigures.Bytes(process, "RssAnon") + ProcessFigures.Bytes(process, "RssShmem")) / 1e6);

    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted[sorted.Count / 2];
    }

    /// <summary>Prints one result: subject, figure, and whether it meets the goal.</summary>
    public static void Print(string what, FormattableString figure, bool isMet, string goal) =>
        Console.WriteLine($"{what,-46} {figure.ToString(CultureInfo.InvariantCulture),-34} goal {goal,-22} {(isMet ? "met" : "NOT MET")}");
}
