using System.IO.Enumeration;
using PlantRuntime.Contracts;

namespace PlantRuntime.Host.Recording;

/// <summary>
/// Tags whose values a capture must not show: <c>device.tag</c>, with * and ?; a pattern without a dot is a tag of any device. Case does
/// not matter.
/// </summary>
internal sealed class TagMask(IReadOnlyList<string> patterns)
{
    /// <summary>What stands in place of a text.</summary>
    public const string Text = "***";

    public bool Covers(Tag tag) => patterns.Any(pattern =>
        FileSystemName.MatchesSimpleExpression(pattern.Contains('.') ? pattern : $"*.{pattern}", $"{tag.Device}.{tag.Name}", ignoreCase: true));

    /// <summary>What is shown instead: the kind of a text stays, a number is none that could be taken for a measurement.</summary>
    public static Value Hide(Value value) => value.Kind == ValueKind.Text ? Text : Value.Null;
}
