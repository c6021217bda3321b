using System.Text.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Contracts;
using PlantRuntime.Recipes.Payloads;
using PlantRuntime.Testing.Records;

namespace PlantRuntime.Testing;

/// <summary>
/// The records of a sink or device, in order, and checks on them. Each check removes the records, so that the next check sees only later
/// ones; checks of <see cref="SimulatedSink.Waiting"/> remove none. The last 10,000 unchecked records are kept, up to 64 MB; the others are
/// only counted. Used on the test's thread, which also adds the records; not thread-safe.
/// </summary>
/// <remarks>
/// A record is compared in its JSON form: a payload unchanged, a scan as
/// <c>{ time, device, tags = { amps = 12.5 }, quality = { amps = "BAD_RANGE" } }</c>, where <c>quality</c> contains only bad tags. An
/// expected record is an anonymous object with the same names, or JSON text.
/// </remarks>
public class RecordList
{
    private readonly JsonValueWriters _writers = new();
    private readonly RecordStore _store;
    private readonly string _name;
    private readonly bool _isConsumedByChecks;
    private long _discarded;

    /// <param name="name">Name for error texts: "writes to press".</param>
    /// <param name="isConsumedByChecks">False for a list that keeps all its records until <see cref="Store"/> is changed.</param>
    internal RecordList(string name, bool isConsumedByChecks = true)
    {
        (_name, _isConsumedByChecks) = (name, isConsumedByChecks);
        _store = isConsumedByChecks ? new RecordStore(10_000, 64 << 20) : new RecordStore(int.MaxValue, long.MaxValue);
    }

    /// <summary>Number of records that no check has removed.</summary>
    public long Count => _discarded + _store.Count;

    /// <summary>Name for error texts.</summary>
    internal string Name => _name;

    internal RecordStore Store => _store;

    /// <summary>
    /// Checks for exactly these records, in this order. Each has the fields that are named here; other fields are ignored.
    /// </summary>
    /// <exception cref="TestFailedException">The records differ; the message contains a table of both.</exception>
    public void ShouldHave(params object[] expected) => Compare(expected, ReadAll(), isWhole: false);

    /// <summary>Checks for exactly these records, in this order, with exactly these fields.</summary>
    /// <exception cref="TestFailedException">The records differ; the message contains a table of both.</exception>
    public void ShouldBe(params object[] expected) => Compare(expected, ReadAll(), isWhole: true);

    /// <summary>Checks for these records at the end; earlier ones are ignored.</summary>
    /// <exception cref="TestFailedException">The records differ; the message contains a table of both.</exception>
    public void ShouldEndWith(params object[] expected)
    {
        _discarded = 0;
        Compare(expected, ReadAll(first: Math.Max(0, _store.Count - expected.Length)), isWhole: false);
    }

    /// <summary>Checks that there is no record.</summary>
    /// <exception cref="TestFailedException">There are records; the message contains them.</exception>
    public void ShouldBeEmpty() => Compare([], ReadAll(), isWhole: false);

    /// <summary>Checks the number of records.</summary>
    /// <exception cref="TestFailedException">The number differs.</exception>
    public void ShouldHaveCount(long count)
    {
        var came = Count;
        if (_isConsumedByChecks) Clear();
        if (came != count) throw new TestFailedException($"{_name}: expected {CountText(count)}, found {came}{LocationHint}");
    }

    /// <summary>
    /// Returns the records and removes them as a check does, for checks by the test's own code: <c>(double)record["values"]["amps"]</c>.
    /// </summary>
    /// <exception cref="TestFailedException">There are more records than are kept.</exception>
    public IReadOnlyList<JsonNode> Take() => [.. ReadAll().Select(record => JsonNode.Parse(record.GetRawText())!)];

    internal void Add(DateTime time, string device, ReadOnlySpan<Sample> samples, ReadOnlySpan<byte> json) =>
        _discarded += _store.Add(time, device, samples, json);

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

    /// <summary>Names another place where the missing records are; empty if there is none.</summary>
    private protected virtual string LocationHint => "";

    internal static string CountText(long count) => count == 1 ? "1 record" : $"{count} records";

    private IReadOnlyList<JsonElement> ReadAll(int first = 0)
    {
        if (_discarded > 0)
        {
            var came = Count;
            Clear();
            throw new TestFailedException($"{_name}: {came} records came since the last check, and only the last 10,000 or 64 MB are kept:"
                + " check more often, or use ShouldHaveCount or ShouldEndWith");
        }

        List<JsonElement> records = [];
        for (var i = first; i < _store.Count; i++)
        {
            var record = _store[i];
            records.Add(Json.Parse(record.IsPayload ? record.Json : Json.Write(json => RecordJson.Write(json, record))));
        }

        if (_isConsumedByChecks) Clear();
        return records;
    }

    private void Clear()
    {
        _store.Clear();
        _discarded = 0;
    }

    private void Compare(object[] expected, IReadOnlyList<JsonElement> actual, bool isWhole)
    {
        var comparison = new RecordComparison([.. expected.Select(ToJson)], actual, isWhole);
        if (comparison.IsSame) return;
        var head = expected.Length == actual.Count
            ? $"{_name} has other records than expected"
            : $"{_name}: expected {CountText(expected.Length)}, found {actual.Count}{LocationHint}";
        throw new TestFailedException($"{head}\n{comparison.ToTable()}");
    }

    /// <summary>Returns the expected record in the JSON form of a payload.</summary>
    private JsonElement ToJson(object expected)
    {
        if (expected is null)
            throw new TestFailedException($"null is expected of {_name}: a record is an object, new {{ … }}, or JSON text");
        try
        {
            return expected is string text
                ? Json.Parse(System.Text.Encoding.UTF8.GetBytes(text))
                : Json.Parse(Json.Write(json => ((JsonValueWriter<object?>)_writers.Get(typeof(object))).Write(json, expected)));
        }
        catch (JsonException exception)
        {
            throw new TestFailedException($"the expected record of {_name} is not valid JSON: {exception.Message}");
        }
    }
}
