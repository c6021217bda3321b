using System.Globalization;
using PlantRuntime.Contracts;
using PlantRuntime.Payloads;
using PlantRuntime.Plugins.Nats.Subjects;

namespace PlantRuntime.Plugins.Nats;

/// <summary>
/// An address of a tag in site.toml: <c>subject pattern : path</c>, <c>subject pattern : $subject[1]</c>, <c>subject pattern : $id</c>,
/// <c>subject pattern : $sequence</c>, or a pattern alone for a payload that is the value itself. The colon has a blank on both sides.
/// Immutable; parsing performs no I/O.
/// </summary>
/// <param name="Pattern">The pattern of the subjects whose messages carry the tag.</param>
/// <param name="Path">The steps into the JSON payload; empty for the payload itself.</param>
internal sealed record NatsAddress(string Pattern, IReadOnlyList<JsonPathStep> Path)
{
    private const string Separator = " : ";
    private const string Part = "$subject";
    private const string Identity = "$id";
    private const string Sequence = "$sequence";

    /// <summary>True when the payload is plain text and not JSON.</summary>
    public bool IsText { get; private init; }

    /// <summary>True if the tag is an integer: JSON itself does not distinguish 25 from 25.0.</summary>
    public bool IsInteger { get; private init; }

    /// <summary>True if the value is the subject or a part of it.</summary>
    public bool IsPart { get; private init; }

    /// <summary>True if the value is the identity of the message: its <c>Nats-Msg-Id</c>, or stream and sequence.</summary>
    public bool IsIdentity { get; private init; }

    /// <summary>True if the value is the sequence number that the stream gave the message.</summary>
    public bool IsSequence { get; private init; }

    /// <summary>Index of the part of the subject, negative from its end; null for the whole subject.</summary>
    public int? PartIndex { get; private init; }

    /// <summary>Parses the address of a tag. Returns null and a problem with its column when the address is invalid.</summary>
    public static NatsAddress? Parse(TagDefinition tag, out AddressProblem? problem)
    {
        var separator = tag.Address.IndexOf(Separator, StringComparison.Ordinal);
        var pattern = separator < 0 ? tag.Address : tag.Address[..separator].TrimEnd();
        var start = separator < 0 ? tag.Address.Length : separator + Separator.Length;
        while (start < tag.Address.Length && tag.Address[start] == ' ') start++;
        var rest = tag.Address[start..].TrimEnd();
        var isPart = rest.StartsWith(Part, StringComparison.Ordinal);
        var isOfStream = rest is Identity or Sequence;
        IReadOnlyList<JsonPathStep>? path = [];
        int? index = null;
        problem = SubjectName.ValidatePattern(pattern) is { } subject
            ? new AddressProblem(tag, $"the subject {subject.Message}", subject.Column) : CheckType(tag, separator >= 0);
        if (problem is not null) return null;
        if (isPart && !TryParsePart(rest, out index))
        {
            problem = new AddressProblem(tag,
                "expected $subject, or a part of it from 0, $subject[1], or from its end, $subject[-1]", start + 1);
        }
        else if (separator >= 0 && !isPart && !isOfStream)
        {
            path = JsonPath.Parse(rest, out var error);
            if (error is not null) problem = new AddressProblem(tag, error.Message, start + error.Column);
        }

        return problem is not null ? null : new NatsAddress(pattern, path!)
        {
            IsText = IsType(tag, "text"), IsInteger = IsType(tag, "integer"), IsPart = isPart, PartIndex = index,
            IsIdentity = rest == Identity, IsSequence = rest == Sequence,
        };
    }

    /// <summary>Returns the part of a subject that is the value, or null when the subject has no such part.</summary>
    public string? PartOf(string subject)
    {
        if (PartIndex is not { } index) return subject;
        var tokens = subject.Split('.');
        if (index < 0) index += tokens.Length;
        return index >= 0 && index < tokens.Length ? tokens[index] : null;
    }

    private static bool TryParsePart(string text, out int? index)
    {
        index = null;
        if (text.Length == Part.Length) return true;
        if (text.AsSpan(Part.Length) is not ['[', .. var digits, ']']
            || !int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return false;
        index = number;
        return true;
    }

    private static bool IsType(TagDefinition tag, string type) => type.Equals(tag.Type, StringComparison.OrdinalIgnoreCase);

    private static AddressProblem? CheckType(TagDefinition tag, bool hasPath)
    {
        if (tag.Type is null || IsType(tag, "integer")) return null;
        if (!IsType(tag, "text"))
        {
            return new AddressProblem(tag, $"type '{tag.Type}' is unknown: remove the type, because a JSON value has its own, or use "
                + "\"text\" for a payload that is not JSON, or \"integer\" for a number that never has decimals", 0);
        }

        return hasPath
            ? new AddressProblem(tag, "type text reads the whole payload, so a path is not possible: remove the path or the type", 0)
            : null;
    }
}
