using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Payloads;
using PlantRuntime.Testing.Records;

namespace PlantRuntime.Testing;

/// <summary>
/// Records that came, in order, and what they should be. Each look takes them: the next one sees what has come since. Of those not looked
/// at the last 10,000 are kept, up to 64 MB; the others are only counted.
/// </summary>
/// <remarks>
/// A record is what a sink makes JSON of: a payload as it is, a scan as
/// <c>{ time, device, tags = { amps = 12.5 }, quality = { amps = "BAD_RANGE" } }</c>, where <c>quality</c> has only bad tags. What is
/// expected is an anonymous object with the same names, or JSON text.
/// </remarks>
public class RecordList
{
    private readonly JsonShapes _shapes = new();
    private readonly RecordStore _store;
    private readonly string _name;
    private readonly bool _isTaken;
    private long _gone;

    internal RecordList(string name, bool isTaken = true)
    {
        (_name, _isTaken) = (name, isTaken);
        _store = isTaken ? new RecordStore(10_000, 64 << 20) : new RecordStore(int.MaxValue, long.MaxValue);
    }

    /// <summary>How many have come since the last look.</summary>
    public long Count => _gone + _store.Count;

    internal RecordStore Store => _store;

    /// <summary>These came and no others, in this order. Each has the fields that are named here; others are not looked at.</summary>
    /// <exception cref="TestFailedException">It is otherwise; the message shows a table of both.</exception>
    public void ShouldHave(params object[] expected) => Compare(expected, Look(), isWhole: false);

    /// <summary>These came and no others, in this order, with these fields and no others.</summary>
    /// <exception cref="TestFailedException">It is otherwise; the message shows a table of both.</exception>
    public void ShouldBe(params object[] expected) => Compare(expected, Look(), isWhole: true);

    /// <summary>These came last; what came before them is not looked at.</summary>
    /// <exception cref="TestFailedException">It is otherwise; the message shows a table of both.</exception>
    public void ShouldEndWith(params object[] expected)
    {
        _store.RemoveFirst(Math.Max(0, _store.Count - expected.Length));
        _gone = 0;
        Compare(expected, Look(), isWhole: false);
    }

    /// <summary>None came.</summary>
    /// <exception cref="TestFailedException">Some did; the message shows them.</exception>
    public void ShouldBeEmpty() => Compare([], Look(), isWhole: false);

    /// <summary>So many came.</summary>
    /// <exception cref="TestFailedException">More did, or fewer.</exception>
    public void ShouldHaveCount(long count)
    {
        var came = Count;
        if (_isTaken) Forget();
        if (came != count) throw new TestFailedException($"{_name}: expected {Counted(count)}, found {came}{Elsewhere}");
    }

    /// <summary>Takes them, to be looked at by the test's own code: <c>(double)record["values"]["amps"]</c>.</summary>
    /// <exception cref="TestFailedException">More came than are kept.</exception>
    public IReadOnlyList<JsonNode> Take() => [.. Look().Select(record => JsonNode.Parse(record.GetRawText())!)];

    internal void Add(DateTime time, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json) =>
        _gone += _store.Add(time, device, samples, json);

    internal void AddWrite(DateTime time, string device, string tag, Value value, string? refusal)
    {
        var write = Json.Write(json =>
        {
            json.WriteStartObject();
            json.WriteString("time", time);
            json.WriteString("tag", tag);
            json.WritePropertyName("value");
            RecordJson.WriteValue(json, value);
            if (refusal is not null) json.WriteString("refused", refusal);
            json.WriteEndObject();
        });
        Add(time, device, default, write.Span);
    }

    /// <summary>Where records are that might be looked for here; empty when nowhere.</summary>
    private protected virtual string Elsewhere => "";

    internal static string Counted(long count) => count == 1 ? "1 record" : $"{count} records";

    private IReadOnlyList<JsonElement> Look()
    {
        if (_gone > 0)
        {
            var came = Count;
            Forget();
            throw new TestFailedException($"{_name}: {came} records came since the last look, and only the last 10,000 or 64 MB are kept:"
                + " look more often, or ask ShouldHaveCount or ShouldEndWith");
        }

        List<JsonElement> records = [];
        for (var i = 0; i < _store.Count; i++)
        {
            var record = _store[i];
            records.Add(Json.Parse(record.IsPayload ? record.Json : Json.Write(json => RecordJson.Write(json, record))));
        }

        if (_isTaken) Forget();
        return records;
    }

    private void Forget()
    {
        _store.Clear();
        _gone = 0;
    }

    private void Compare(object[] expected, IReadOnlyList<JsonElement> actual, bool isWhole)
    {
        var comparison = new RecordComparison([.. expected.Select(Shaped)], actual, isWhole);
        if (comparison.IsSame) return;
        var head = expected.Length == actual.Count
            ? $"{_name} has other records than expected"
            : $"{_name}: expected {Counted(expected.Length)}, found {actual.Count}{Elsewhere}";
        throw new TestFailedException($"{head}\n{comparison}");
    }

    /// <summary>What is expected, as the JSON that a payload of it would be.</summary>
    private JsonElement Shaped(object expected)
    {
        if (expected is null) throw new TestFailedException($"null is expected of {_name}: a record is an object, new {{ … }}, or JSON text");
        try
        {
            return expected is string text
                ? Json.Parse(System.Text.Encoding.UTF8.GetBytes(text))
                : Json.Parse(Json.Write(json => ((JsonShape<object?>)_shapes.Of(typeof(object))).Write(json, expected)));
        }
        catch (JsonException exception)
        {
            throw new TestFailedException($"what is expected of {_name} is no JSON: {exception.Message}");
        }
    }
}
