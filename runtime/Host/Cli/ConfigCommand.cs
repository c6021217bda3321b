using System.CommandLine;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Tools.Configuration;

namespace PlantRuntime.Host.Cli;

/// <summary>
/// Implements <c>plant config</c>: prints every setting of a site as a host would use it, with its source. Secrets are asterisks. Runs once
/// per process; touches no device, no sink and no running host.
/// </summary>
internal static class ConfigCommand
{
    private const int MaxWidth = 60;
    private static readonly JsonSerializerOptions s_json = new()
        { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };


    /// <summary>Creates the command for <see cref="PlantCommand"/>; parses and runs nothing yet.</summary>
    public static Command Create()
    {
        var site = SiteArgument.Create();
        var section = new Argument<string?>("section")
            { Description = "Only this: web, limits, or the name of a device or sink", Arity = ArgumentArity.ZeroOrOne };
        var json = new Option<bool>("--json") { Description = "Write a list of section, key, value and source as JSON" };
        var command = new Command("config", """
            Print the settings of a site with the values that a host would use, and where each comes from: file and line, environment
            variables, or the default. Secrets are shown as "***", and so are values from variables with names such as API_TOKEN.
            """) { site, section, json };
        command.SetAction((result, _) => RunAsync(
            result.GetValue(site)!, result.GetValue(section), result.GetValue(json), Console.Out, Console.Error));
        return command;
    }

    private static async Task<int> RunAsync(string folder, string? section, bool isJson, TextWriter output, TextWriter errors)
    {
        using var site = SiteContext.Load(folder, _ => new PlantLog(TimeProvider.System, LogLevel.Error, []), errors);
        if (site is null) return 1;
        List<Problem> problems =
            [.. site.Factory.Missing(site.Plugins), .. (await site.Factory.CheckAsync(site.Plugins).ConfigureAwait(false)).All];
        SiteContext.Print(problems, errors);
        if (problems.Count > 0) return 1;
        var all = EffectiveSettings.List(site.Model, site.Plugins, Environment.GetEnvironmentVariable);
        var wanted = section is null ? all : [.. all.Where(s => IsIn(s.Section, section))];
        if (wanted.Count == 0)
        {
            var names = all.Select(s => s.Section).Where(s => !s.EndsWith(".tags", StringComparison.Ordinal)).Distinct()
                .SelectMany(s => new[] { s, s[(s.IndexOf('.') + 1)..] }).Distinct().ToList();
            errors.WriteLine(LogText.Sanitize(
                $"no section, device or sink \"{section}\" in {site.Model.Name}{Nearest.DidYouMean(section!, names)}"));
            return 1;
        }

        if (isJson) WriteJson(wanted, output);
        else Write(wanted, output);
        return 0;
    }

    private static bool IsIn(string section, string wanted)
    {
        string[] names = [wanted, $"devices.{wanted}", $"sinks.{wanted}"];
        return names.Any(n => section == n || section.StartsWith($"{n}.", StringComparison.Ordinal));
    }

    private static void Write(IReadOnlyList<EffectiveSetting> settings, TextWriter output)
    {
        foreach (var (i, group) in settings.GroupBy(s => s.Section).Index())
        {
            if (i > 0) output.WriteLine();
            output.WriteLine($"[{group.Key}]");
            var lines = group.Select(s => (Text: s.Value is null ? $"# {s.Key} is not set" : $"{s.Key} = {s.Value}", s.Source)).ToList();
            var width = Math.Min(MaxWidth, lines.Max(l => l.Text.Length));
            foreach (var (text, source) in lines) output.WriteLine(LogText.Sanitize($"{text.PadRight(width)}  # {source}"));
        }
    }

    private static void WriteJson(IReadOnlyList<EffectiveSetting> settings, TextWriter output)
    {
        var list = new JsonArray([.. settings.Select(s => new JsonObject
            { ["section"] = s.Section, ["key"] = s.Key, ["value"] = s.Value, ["source"] = s.Source })]);
        output.WriteLine(LogText.SanitizeLines(list.ToJsonString(s_json), int.MaxValue));
    }
}
