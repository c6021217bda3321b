using System.Globalization;

namespace PlantRuntime.Conformance.Host;

/// <summary>Reads figures of a process from proc(5).</summary>
public static class ProcessFigures
{
    private const int ClockTicks = 100;

    /// <summary>Processor time that all threads have used, in seconds.</summary>
    public static double ProcessorSeconds(int id)
    {
        var stat = File.ReadAllText($"/proc/{id}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return fields[11..13].Sum(ticks => double.Parse(ticks, CultureInfo.InvariantCulture)) / ClockTicks;
    }

    /// <summary>A size of /proc/ID/status in bytes, for instance VmRSS or VmHWM.</summary>
    public static long Bytes(int id, string key) => 1024 * long.Parse(Field(id, key), CultureInfo.InvariantCulture);

    /// <summary>The same in units of 1024 × 1024 bytes.</summary>
    public static double Megabytes(int id, string key) => Bytes(id, key) / (1024.0 * 1024);

    /// <summary>Sets the peak VmHWM to the current resident memory: 5 written to clear_refs.</summary>
    public static void ForgetPeak(int id) => File.WriteAllText($"/proc/{id}/clear_refs", "5");

    /// <summary>True once the runtime has the thread that passes signals to the handlers of the program.</summary>
    public static bool HandlesSignals(int id)
    {
        try
        {
            return Directory.EnumerateDirectories($"/proc/{id}/task")
                .Any(t => File.ReadAllText(Path.Combine(t, "comm")).StartsWith(".NET SigHandler", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            // A thread ended during the look.
            return false;
        }
    }

    private static string Field(int id, string key) => File.ReadLines($"/proc/{id}/status")
        .First(l => l.StartsWith(key + ":", StringComparison.Ordinal)).Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries)[1];
}
