using System.CommandLine;

namespace PlantRuntime.Host.Cli;

/// <summary>The folder of a site on the command line; the current folder when it holds a site.toml and none is given.</summary>
internal static class SiteArgument
{
    public static Argument<string> Make() => new("site")
    {
        Description = "Folder of the site (default: the current folder)",
        DefaultValueFactory = _ => ".",
    };

    /// <summary>For commands whose other arguments follow it.</summary>
    public static Argument<string> MakeRequired() => new("site") { Description = "Folder of the site" };

    public static Argument<string> MakeDevice() => new("device") { Description = "Name of a device in its site.toml" };
}
