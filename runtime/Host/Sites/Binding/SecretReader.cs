using PlantRuntime.Contracts;
using PlantRuntime.Host.Sites.Toml;

namespace PlantRuntime.Host.Sites.Binding;

/// <summary>Secrets: from the environment or a file, never from site.toml itself.</summary>
internal static class SecretReader
{
    public const string Expected = "expected a secret: { env = \"NAME\" } or { file = \"/path\" }";

    public static Secret? Read(TomlNode node, Func<string, string?> environment, ICollection<Problem> problems)
    {
        if (node is not TomlTable { Entries: [{ Key: "env" or "file", Value: TomlString source } entry] })
        {
            problems.Add(new Problem(node.At, node is TomlString ? "a secret never stands in site.toml itself: write { env = \"NAME\" } or { file = \"/path\" }" : $"{Expected}, found {node.Kind}"));
            return null;
        }

        if (entry.Key == "env")
        {
            if (environment(source.Text) is { Length: > 0 } value) return new Secret(value);
            problems.Add(new Problem(source.At, $"the environment variable {source.Text} of this secret is not set"));
            return null;
        }

        try
        {
            // Editors and `echo` end a file with a line end, which is no part of a password.
            return new Secret(File.ReadAllText(source.Text).TrimEnd('\r', '\n'));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problems.Add(new Problem(source.At, $"the file of this secret cannot be read: {exception.Message}"));
            return null;
        }
    }
}
