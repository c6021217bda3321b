using PlantRuntime.Sites.Text;

namespace PlantRuntime.Tools.TestRunner;

/// <summary>
/// Reads the environment variables that site.toml gets in a test: those of the site's <c>example.env</c>, so that a test has the same
/// result on every machine, then those of the process. Changes no environment; keeps no state.
/// </summary>
internal static class ExampleEnvironment
{
    private const int MaxBytes = 1 << 20;

    /// <summary>Reads the file once and returns a function from a name to its value, null if not set.</summary>
    public static Func<string, string?> Load(string siteFolder)
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
