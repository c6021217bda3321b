using System.Text;
using PlantRuntime.Contracts;
using PlantRuntime.Logging;
using PlantRuntime.Sites.Text;
using PlantRuntime.Sites.Toml;

namespace PlantRuntime.Sites.Binding;

/// <summary>
/// Reads secrets from the environment or a file: <c>{ env = "NAME" }</c> or <c>{ file = "/path" }</c>. No error text repeats the value in
/// site.toml or the secret. Problems are added to the context; used by the thread that owns the context.
/// </summary>
internal static class SecretBinder
{
    private const int MaxFileBytes = 64 * 1024;

    // A longer file that a table of one key names is no password.
    private const int MaxMaskedBytes = 4096;

    /// <summary>Returns the <see cref="Secret"/>, or null after a problem.</summary>
    public static object? Bind(BindingContext context, string key, TomlValue value)
    {
        var form = $"write {key} = {{ env = \"{key.ToUpperInvariant()}\" }} or {key} = {{ file = \"/run/secrets/{key}\" }}";
        if (value is not TomlTable table) return context.Fail(value.At, $"{key}: a secret never stands in the file: {form}");
        if (table.Entries is not [{ Key: "env" or "file", Value: TomlString text } entry])
        {
            return context.Fail(table.At, $"{key}: expected where the secret comes from: {form}");
        }

        return entry.Key == "env" ? FromEnvironment(context, key, text) : FromFile(context, key, text);
    }

    /// <summary>
    /// Masks the secrets that a table of settings names, also those that this process does not bind: a command beside a running host shows
    /// what devices say, and uses no password itself. The name of a variable is no secret: it is the value in sites that an editor loads.
    /// Reports nothing.
    /// </summary>
    public static void Mask(BindingContext context, TomlTable settings)
    {
        foreach (var setting in settings.Entries)
        {
            if (setting.Value is not TomlTable table) continue;
            if (table.Entries is not [{ Key: "env" or "file", Value: TomlString text } entry]) Mask(context, table);
            else if (Find(context, entry.Key, text.Text) is { Length: > 0 } secret && secret != text.Text) SecretMask.Add(secret);
        }
    }

    private static string? Find(BindingContext context, string key, string name) => name.Length == 0 ? null
        : key == "env" ? context.Environment(name)
        : BoundedFile.Read(Path.Combine(context.SiteFolder, name), MaxMaskedBytes, out _) is { } bytes ? ToText(bytes) : null;

    private static object? FromEnvironment(BindingContext context, string key, TomlString name)
    {
        var value = name.Text.Length > 0 ? context.Environment(name.Text) : null;
        if (!string.IsNullOrEmpty(value)) return new Secret(() => Masked(value));
        return context.Fail(name.At, $"{key}: the environment variable {name.Text} is {(value is null ? "not set" : "empty")}: "
            + $"set it before the host starts, or write {key} = {{ file = \"/run/secrets/{key}\" }}");
    }

    private static object? FromFile(BindingContext context, string key, TomlString path)
    {
        if (path.Text.Length == 0) return context.Fail(path.At, $"{key}: expected the path of a file, found an empty string");
        var file = Path.Combine(context.SiteFolder, path.Text);
        if (ReadFile(file, out var problem) is not { } text) return context.Fail(path.At, $"{key}: the secret file {path.Text} {problem}");
        if (text.Length == 0) return context.Fail(path.At, $"{key}: the secret file {path.Text} is empty");
        var last = Masked(text);
        return new Secret(() =>
        {
            // A file that is missing or empty is being replaced: the last secret is used until the new one is there.
            if (ReadFile(file, out _) is { Length: > 0 } now) Volatile.Write(ref last, now);
            return Masked(Volatile.Read(ref last));
        });
    }

    /// <summary>Adds the secret to those that are masked in every text, before anything can repeat it.</summary>
    private static string Masked(string secret)
    {
        SecretMask.Add(secret);
        return secret;
    }

    /// <summary>Returns the text without the line break at its end, which editors and <c>echo</c> add, or null and the problem.</summary>
    private static string? ReadFile(string file, out string? problem) =>
        BoundedFile.Read(file, MaxFileBytes, out problem) is { } bytes ? ToText(bytes) : null;

    private static string ToText(byte[] bytes) => Encoding.UTF8.GetString(bytes).TrimEnd('\r', '\n');
}
