using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using PlantRuntime.Contracts;

namespace PlantRuntime.Payloads;

/// <summary>
/// Fills tags from payloads. A payload is read once for all its tags, and only new texts, arrays and readings are allocated. An invalid
/// payload makes its tags bad and never throws. Owned by one reader of a driver; called only within IReader.ReadAsync, one call at a time;
/// not thread-safe.
/// </summary>
/// <param name="areIntegers">Whether each tag is an integer, in the order of the scan buffer.</param>
/// <param name="zone">The zone of times that name none.</param>
public sealed class PayloadReader(IReadOnlyList<bool> areIntegers, TimeZoneInfo zone)
{
    private const string NotJson = "the payload is not JSON";
    private const string NotUtf8 = "the payload is not UTF-8 text";

    private readonly string?[] _texts = new string?[areIntegers.Count];
    private readonly BareWords _bare = new();
    private readonly ReadingList _readings = new();
    private bool _isAnyFilled;
    private DateTime? _time;
    private string? _timeProblem;
    // The element of [*] that is being read, or ReadingList.Common; null while values go directly into the scan.
    private int? _element;

    /// <summary>
    /// The reason why the time of the last payload could not be read, if that is the first one of its source, for the log; otherwise null.
    /// The time of arrival is used.
    /// </summary>
    public string? NewTimeProblem { get; private set; }

    /// <summary>Fills the tags of a payload into the buffer: those of its first reading if it has several.</summary>
    /// <param name="plan">The tags of the payload's source.</param>
    /// <param name="payload">The payload.</param>
    /// <param name="into">The buffer.</param>
    /// <returns>
    /// The number of scans in the payload; <see cref="TryFillNext"/> fills the others. 0 when it changes no tag: the plan has no tag, or
    /// none of their fields is in the payload.
    /// </returns>
    public int Fill(PayloadPlan plan, ReadOnlySpan<byte> payload, ScanBuffer into)
    {
        _readings.Clear();
        (_isAnyFilled, _time, _timeProblem) = (plan.HasConstantsOnly, null, null);
        _element = plan.HasReadings ? ReadingList.Common : null;
        payload = TrimPayload(payload);
        if (plan.Values.Length > 0) FillValues(plan, payload, into);
        foreach (var tag in plan.Texts) FillText(tag, payload, into);
        NewTimeProblem = plan.IsTimeWarned ? null : _timeProblem;
        plan.IsTimeWarned |= _timeProblem is not null;
        return _isAnyFilled ? CompleteScans(plan, into) : 0;
    }

    /// <summary>Makes the tags of a payload bad that is not read, because it is too long or incomplete.</summary>
    /// <returns>False when the plan has no tag.</returns>
    public bool FillBad(PayloadPlan plan, string reason, ScanBuffer into)
    {
        _readings.Clear();
        _element = null;
        foreach (var tag in plan.Values) SetBad(tag, reason, into);
        foreach (var tag in plan.Texts) SetBad(tag, reason, into);
        foreach (var (tag, constant) in plan.Constants) SetGood(tag, constant, into);
        return plan.Values.Length + plan.Texts.Length + plan.Constants.Length > 0;
    }

    /// <summary>Fills the next reading of the last payload; returns false when there is none.</summary>
    public bool TryFillNext(ScanBuffer into)
    {
        if (_readings.Count == 0) return false;
        _readings.Take(into);
        return true;
    }

    /// <summary>Drops the readings that were not filled, because their source sends the payload again.</summary>
    public void Clear() => _readings.Clear();

    /// <summary>Removes a byte order mark before and NUL characters behind a payload, which C programs send.</summary>
    private static ReadOnlySpan<byte> TrimPayload(ReadOnlySpan<byte> payload)
    {
        if (payload.StartsWith("\uFEFF"u8)) payload = payload["\uFEFF"u8.Length..];
        return payload.TrimEnd((byte)0);
    }

    /// <summary>Adds constants and the time to the scan, or to the readings of which the first is filled.</summary>
    private int CompleteScans(PayloadPlan plan, ScanBuffer into)
    {
        if (_element is not null) _element = ReadingList.Common;
        foreach (var (tag, constant) in plan.Constants) SetGood(tag, constant, into);
        if (_element is null)
        {
            if (_time is { } at) into.SetTime(at);
            return 1;
        }

        _readings.Complete();
        var count = _readings.Count;
        if (count > 0) _readings.Take(into);
        return count;
    }

    private void FillText(int tag, ReadOnlySpan<byte> payload, ScanBuffer into)
    {
        if (!Utf8.IsValid(payload))
        {
            SetBad(tag, NotUtf8, into);
            return;
        }

        if (_texts[tag] is not { } last || !IsSame(last, payload)) _texts[tag] = Encoding.UTF8.GetString(payload);
        SetGood(tag, _texts[tag], into);
    }

    private static bool IsSame(string last, ReadOnlySpan<byte> payload)
    {
        Span<byte> utf8 = stackalloc byte[256];
        return Encoding.UTF8.TryGetBytes(last, utf8, out var count) && payload.SequenceEqual(utf8[..count]);
    }

    private void FillValues(PayloadPlan plan, ReadOnlySpan<byte> payload, ScanBuffer into)
    {
        _bare.Clear();
        if (plan.HasBareWords) payload = _bare.Replace(payload);
        if (TryReadJson(plan, payload, into)) return;
        if (!plan.HasBareWords)
        {
            var replaced = _bare.Replace(payload);
            plan.HasBareWords = replaced != payload && TryReadJson(plan, replaced, into);
            if (plan.HasBareWords) return;
        }

        if (_element is not null) _element = ReadingList.Common;
        foreach (var tag in plan.Values) SetBad(tag, NotJson, into);
    }

    private bool TryReadJson(PayloadPlan plan, ReadOnlySpan<byte> payload, ScanBuffer into)
    {
        _readings.Clear();
        (_isAnyFilled, _time, _timeProblem) = (false, null, null);
        try
        {
            var json = new Utf8JsonReader(payload);
            json.Read();
            ReadNode(ref json, plan.Root, into);
            // Throws if anything follows the value.
            json.Read();
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string that is not UTF-8 or contains half of a surrogate pair.
            _readings.Clear();
            _time = null;
            return false;
        }
    }

    /// <summary>Reads the value at the reader into its tags and moves the reader to the last token of the value.</summary>
    private void ReadNode(ref Utf8JsonReader json, JsonPathNode node, ScanBuffer into)
    {
        if (node.IsTime) ReadTime(ref json);
        foreach (var tag in node.Tags)
        {
            var here = json;
            ReadValue(ref here, tag, into);
        }

        if (json.TokenType == JsonTokenType.StartObject && node.HasMembers)
        {
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var member = node.FindMember(ref json);
                json.Read();
                if (member is null) json.Skip();
                else ReadNode(ref json, member, into);
            }
        }
        else if (json.TokenType == JsonTokenType.StartArray && node.HasElements)
        {
            for (var index = 0; json.Read() && json.TokenType != JsonTokenType.EndArray; index++)
            {
                if (node.Each is { } each) ReadElement(json, each, index, into);
                if (node.FindElement(index) is { } element) ReadNode(ref json, element, into);
                else json.Skip();
            }
        }
        else
        {
            json.Skip();
        }
    }

    /// <summary>Reads an element of <c>[*]</c>. The reader is a copy, which the caller moves on by itself.</summary>
    private void ReadElement(Utf8JsonReader json, JsonPathNode each, int index, ScanBuffer into)
    {
        var outer = _element;
        if (outer is not null) _element = index;
        ReadNode(ref json, each, into);
        _element = outer;
    }

    private void ReadTime(ref Utf8JsonReader json)
    {
        var at = default(DateTime);
        var problem = _bare.Find(json.TokenStartIndex);
        if (problem is not null || !TimeText.TryRead(ref json, zone, out at, out problem)) _timeProblem = problem;
        else if (_element is { } element) _readings.AddTime(element, at);
        else _time = at;
    }

    private void ReadValue(ref Utf8JsonReader json, int tag, ScanBuffer into)
    {
        var problem = JsonValueReader.Read(ref json, _texts[tag], _bare, out var value);
        if (value.Kind == ValueKind.Text) _texts[tag] = value.Text;
        if (problem is null && areIntegers[tag]) problem = JsonValueReader.ToInteger(ref value);
        if (problem is null) SetGood(tag, value, into);
        else SetBad(tag, problem, into);
    }

    private void SetGood(int tag, Value value, ScanBuffer into)
    {
        _isAnyFilled = true;
        if (_element is { } element) _readings.AddGood(element, tag, value);
        else into.Good(tag, value);
    }

    private void SetBad(int tag, string reason, ScanBuffer into)
    {
        _isAnyFilled = true;
        var quality = JsonValueReader.IsAbsent(reason) ? Quality.BadDevice : Quality.BadType;
        if (_element is { } element) _readings.AddBad(element, tag, quality, reason);
        else into.Bad(tag, quality, reason);
    }
}
