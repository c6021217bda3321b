using PlantRuntime.Contracts;

namespace PlantRuntime.Tests.Hostile;

/// <summary>
/// A plugin that misbehaves in the way that site.toml names, for tests of the host. A file name.txt beside the assembly gives the plugin
/// another name, so that a site can have several copies.
/// </summary>
public sealed class HostilePlugin : DriverPlugin<HostileOptions>, ISinkPlugin
{
    private readonly string _name = ReadName();

    /// <inheritdoc/>
    public override string Name => _name;

    Type ISinkPlugin.OptionsType => typeof(HostileOptions);

    /// <inheritdoc/>
    public override IDriver Open(HostileOptions options, PluginContext context)
    {
        if (options.Fault == "open-hangs") new ManualResetEventSlim().Wait();
        return new HostileDriver(options.Fault, context);
    }

    ISink ISinkPlugin.Open(object options, PluginContext context) => new HostileSink(((HostileOptions)options).Fault);

    private static string ReadName()
    {
        var file = Path.Combine(Path.GetDirectoryName(typeof(HostilePlugin).Assembly.Location)!, "name.txt");
        return File.Exists(file) ? File.ReadAllText(file) : "hostile";
    }
}

/// <summary>Options of a hostile device or sink.</summary>
public sealed class HostileOptions
{
    /// <summary>The kind of misbehaviour; <c>refuse: …</c> refuses connections for this reason.</summary>
    public required string Fault { get; init; }
}

/// <summary>An exception whose message cannot be read.</summary>
internal sealed class UnreadableException : Exception
{
    public override string Message => throw new InvalidOperationException("no message");
}

/// <summary>Texts that must not reach a log, a terminal or a page as they are.</summary>
internal static class ForeignText
{
    /// <summary>A line end with a forged log line, a terminal title, a colour, direction marks, quotes, half a surrogate pair.</summary>
    public const string Nasty =
        "EVIL\n2026-01-01T00:00:00.000Z ERROR EVIL forged=1\r\u001b]0;EVIL\u0007\u001b[31mEVIL\u202eEVIL\u2066\u2028\"EVIL\" \\ =\ud800 \0\u009b31m";

    /// <summary>The same, 5 MB long.</summary>
    public static string Long { get; } = Nasty + new string('x', 5_000_000);
}
