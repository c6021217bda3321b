using PlantRuntime.Engine.Reload;
using PlantRuntime.Logging;

namespace PlantRuntime.Host.Cli;

/// <summary>Writes text in columns. Every cell is one line, because text from devices and brokers is escaped. Keeps no state.</summary>
internal static class TextTable
{
    /// <summary>Writes rows below their column names. Columns are as wide as their widest cell.</summary>
    public static void Write(TextWriter output, string[] head, IEnumerable<string[]> rows)
    {
        List<string[]> all = [head, .. rows.Select(row => row.Select(cell => LogText.Sanitize(cell)).ToArray())];
        var widths = head.Select((_, column) => all.Max(row => row[column].Length)).ToArray();
        foreach (var row in all)
            output.WriteLine(
                string.Join("  ", row.Select((cell, column) => column == row.Length - 1 ? cell : cell.PadRight(widths[column]))).TrimEnd());
    }

    /// <summary>Writes a reload plan: a section, a name and the change, in columns. The section stands in its first line only.</summary>
    public static void Write(TextWriter output, ReloadPlan plan, bool all)
    {
        var lines = plan.Lines(all);
        var width = lines.Count == 0 ? 0 : lines.Max(l => l[1].Length);
        var section = "";
        foreach (var line in lines)
        {
            output.WriteLine(LogText.Sanitize($"{(line[0] == section ? "" : line[0]),-8}  {line[1].PadRight(width)}  {line[2]}"));
            section = line[0];
        }
    }
}
