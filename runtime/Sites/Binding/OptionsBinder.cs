using PlantRuntime.Contracts;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Sites.Binding;

/// <summary>
/// Binds a table of site.toml to a plain options class, as <see cref="Contracts.DriverPlugin{TOptions}"/> documents it. The host creates
/// one for each table. The classes come from load contexts that are unloaded, so nothing is cached by type. Reads only the files of
/// secrets.
/// </summary>
/// <param name="siteFolder">Folder that relative paths of secret files start from.</param>
/// <param name="environment">Environment variables by name; null when not set.</param>
internal sealed class OptionsBinder(string siteFolder, Func<string, string?> environment)
{
    /// <summary>Returns a new <paramref name="type"/> filled from the table, or null and every problem, in the order of the file.</summary>
    /// <param name="type">The options class, with a constructor without parameters.</param>
    /// <param name="table">The table.</param>
    /// <param name="hostKeys">Keys that the host has removed from the table; an unknown key may be a misspelt one of these.</param>
    public (object? Options, IReadOnlyList<Problem> Problems) Bind(Type type, TomlTable table, IReadOnlyList<string>? hostKeys = null)
    {
        var problems = new ProblemList();
        var options = ObjectBinder.Bind(new BindingContext(siteFolder, environment, problems), type, table, hostKeys ?? []);
        return (options, [.. problems.Items.OrderBy(p => p.At.Line).ThenBy(p => p.At.Column)]);
    }
}
