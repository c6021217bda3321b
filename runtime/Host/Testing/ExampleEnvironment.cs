using PlantRuntime.Host.Sites;

namespace PlantRuntime.Host.Testing;

/// <summary>
/// The variables of a site's <c>example.env</c>, so that a test means the same wherever it runs; all others are those of the process.
/// </summary>
internal static class ExampleEnvironment
{
    private const int MaxBytes = 1 << 20;

    /// <summary>Environment variables by name, for a site's folder; null when not set.</summary>
    public static Func<string, string?> Of(string siteFolder)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        var text = BoundedFile.Read(Path.Combine(siteFolder, "example.env"), MaxBytes, out _) ?? [];
        foreach (var line in System.Text.Encoding.UTF8.GetString(text).Split('\n').Select(l => l.Trim()))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals > 0 && line[0] != '#') variables[line[..equals]] = line[(equals + 1)..];
        }

        return name => variables.GetValueOrDefault(name) ?? Environment.GetEnvironmentVariable(name);
    }
}
