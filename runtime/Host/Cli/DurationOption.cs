using System.CommandLine;
using System.CommandLine.Parsing;
using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Cli;

/// <summary>A duration on the command line, written as in site.toml.</summary>
internal static class DurationOption
{
    public static Option<TimeSpan?> Make(string name, string description) => new(name) { Description = description, CustomParser = Parse };

    private static TimeSpan? Parse(ArgumentResult argument)
    {
        if (Duration.TryParse(argument.Tokens[0].Value, out var duration, out var error)) return duration;
        argument.AddError(error);
        return null;
    }
}
