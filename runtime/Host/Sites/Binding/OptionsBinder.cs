namespace PlantRuntime.Host.Sites;

/// <summary>
/// Binds a table of site.toml to a plain options class, as <see cref="Contracts.DriverPlugin{TOptions}"/> documents it. The classes come
/// from load contexts that are to be unloaded, so nothing here is remembered by type.
/// </summary>
/// <param name="siteFolder">Paths of secret files are meant from here.</param>
/// <param name="environment">Environment variables by name; null when not set.</param>
internal sealed class OptionsBinder(string siteFolder, Func<string, string?> environment)
{
    /// <summary>A new <paramref name="type"/> filled from the table, or null and every problem of it, in the order of the file.</summary>
    /// <param name="type">The options class, with a constructor without parameters.</param>
    /// <param name="table">The table.</param>
    /// <param name="hostKeys">Keys that the host has taken out of the table: a misspelt one may have been meant.</param>
    public (object? Options, IReadOnlyList<Problem> Problems) Bind(Type type, TomlTable table, IReadOnlyList<string>? hostKeys = null)
    {
        var problems = new ProblemList();
        var options = ObjectBinder.Bind(new BindingScope(siteFolder, environment, problems), type, table, hostKeys ?? []);
        return (options, [.. problems.Items.OrderBy(p => p.At.Line).ThenBy(p => p.At.Column)]);
    }
}
