using PlantRuntime.Host.Reloading;

namespace PlantRuntime.Host.Cli;

/// <summary>A reload plan on the console: a section, a name and what is done to it, in columns.</summary>
internal static class PlanText
{
    public static void Write(TextWriter output, ReloadPlan plan, bool all)
    {
        var lines = plan.Lines(all);
        var width = lines.Count == 0 ? 0 : lines.Max(l => l[1].Length);
        var section = "";
        foreach (var line in lines)
        {
            output.WriteLine($"{(line[0] == section ? "" : line[0]),-8}  {line[1].PadRight(width)}  {line[2]}");
            section = line[0];
        }
    }
}
