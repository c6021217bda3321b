using System.Text;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Sites;

/// <summary>
/// Secrets: <c>{ env = "NAME" }</c> or <c>{ file = "/path" }</c>. Nothing here repeats what stands in the file, or in the secret.
/// </summary>
internal static class SecretBinder
{
    private const int MaxFileBytes = 64 * 1024;

    /// <summary>The secret, or null after a problem.</summary>
    public static object? Bind(BindingScope scope, string key, TomlValue value)
    {
        var form = $"write {key} = {{ env = \"{key.ToUpperInvariant()}\" }} or {key} = {{ file = \"/run/secrets/{key}\" }}";
        if (value is not TomlTable table) return scope.Fail(value.At, $"{key}: a secret never stands in the file: {form}");
        if (table.Entries is not [{ Key: "env" or "file", Value: TomlString text } entry])
        {
            return scope.Fail(table.At, $"{key}: expected where the secret comes from: {form}");
        }

        return entry.Key == "env" ? FromEnvironment(scope, key, text) : FromFile(scope, key, text);
    }

    private static object? FromEnvironment(BindingScope scope, string key, TomlString name)
    {
        var value = name.Text.Length > 0 ? scope.Environment(name.Text) : null;
        if (!string.IsNullOrEmpty(value)) return new Secret(value);
        return scope.Fail(name.At, $"{key}: the environment variable {name.Text} is {(value is null ? "not set" : "empty")}");
    }

    private static object? FromFile(BindingScope scope, string key, TomlString path)
    {
        if (path.Text.Length == 0) return scope.Fail(path.At, $"{key}: expected the path of a file, found an empty string");
        var bytes = BoundedFile.Read(Path.Combine(scope.SiteFolder, path.Text), MaxFileBytes, out var problem);
        if (bytes is null) return scope.Fail(path.At, $"{key}: the secret file {path.Text} {problem}");

        // Editors and `echo` end a file with a line break, which is no part of the secret.
        var text = Encoding.UTF8.GetString(bytes).TrimEnd('\r', '\n');
        return text.Length > 0 ? new Secret(text) : scope.Fail(path.At, $"{key}: the secret file {path.Text} is empty");
    }
}
