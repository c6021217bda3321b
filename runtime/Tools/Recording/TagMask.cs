using System.IO.Enumeration;
using PlantRuntime.Contracts;

namespace PlantRuntime.Tools.Recording;

/// <summary>
/// Matches the tags whose values a capture must not contain: <c>device.tag</c>, with * and ?; a pattern without a dot matches tags of any
/// device. Case is ignored. Immutable.
/// </summary>
internal sealed class TagMask(IReadOnlyList<string> patterns)
{
    /// <summary>Replaces a hidden text.</summary>
    public const string Text = "***";

    /// <summary>True if a pattern matches the tag.</summary>
    public bool Covers(Tag tag) => patterns.Any(pattern =>
        FileSystemName.MatchesSimpleExpression(pattern.Contains('.') ? pattern : $"*.{pattern}", $"{tag.Device}.{tag.Name}",
            ignoreCase: true));

    /// <summary>
    /// Returns the value to write instead: a text stays a text, a number becomes null, which cannot be taken for a measurement.
    /// </summary>
    public static Value Hide(Value value) => value.Kind == ValueKind.Text ? Text : Value.Null;
}
