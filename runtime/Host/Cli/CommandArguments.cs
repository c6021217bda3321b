using System.CommandLine;
using System.CommandLine.Parsing;
using PlantRuntime.Logging;
using PlantRuntime.Sites;
using PlantRuntime.Sites.Text;

namespace PlantRuntime.Host.Cli;

/// <summary>Creates the arguments for the folder of a site and for a device, which several commands share. Pure.</summary>
internal static class SiteArgument
{
    /// <summary>Creates an argument whose default is the current folder.</summary>
    /// <param name="more">Other things that the command accepts in its place, for the description.</param>
    public static Argument<string> Create(string more = "") => new("site")
    {
        Description = $"Folder of the site (default: the current folder){more}",
        DefaultValueFactory = _ => ".",
    };

    /// <summary>Creates an argument without a default, for commands with further arguments behind it.</summary>
    public static Argument<string> CreateRequired() => new("site") { Description = "Folder of the site" };

    /// <summary>Returns the reason why a folder is not that of a site, for commands that ask a running host; null if it is one.</summary>
    public static string? WhyNoSite(string site)
    {
        var folder = Path.GetFullPath(site);
        return File.Exists(Path.Combine(folder, SiteFile.Name)) ? null
            : LogText.Sanitize($"{folder} is no site: it has no {SiteFile.Name}");
    }

    /// <summary>Creates the argument for the name of a device.</summary>
    public static Argument<string> CreateDevice() => new("device") { Description = "Name of a device in its site.toml" };
}

/// <summary>Creates options for durations, written as in site.toml: <c>30s</c>. Pure.</summary>
internal static class DurationOption
{
    /// <summary>Creates an option; a text that is not a duration is an error of the command line.</summary>
    public static Option<TimeSpan?> Create(string name, string description) => new(name)
        { Description = description, CustomParser = Parse };

    private static TimeSpan? Parse(ArgumentResult argument)
    {
        if (DurationText.TryParse(argument.Tokens[0].Value, out var duration, out var error)) return duration;
        argument.AddError(error);
        return null;
    }
}
