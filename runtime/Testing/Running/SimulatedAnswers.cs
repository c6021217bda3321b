using System.Text;
using System.Text.Json;
using PlantRuntime.Recipes;
using PlantRuntime.Recipes.Payloads;
using PlantRuntime.Testing.Records;

namespace PlantRuntime.Testing.Running;

/// <summary>A payload of an <c>Ask</c> in a simulation. Immutable.</summary>
/// <param name="Recipe">File of the recipe that asks.</param>
/// <param name="Question">Name of the question.</param>
/// <param name="MaxAge">Largest age when it is sent; null for no limit.</param>
internal sealed record SimulatedQuestion(string Recipe, string Question, TimeSpan? MaxAge);

/// <summary>
/// Holds the requests that a simulated sink has received and not answered, and answers them in their order. Belongs to one
/// <see cref="SimulatedSink"/>; used on the test's thread.
/// </summary>
internal sealed class SimulatedAnswers
{
    private readonly JsonValueWriters _writers = new();
    private readonly Queue<(SimulatedQuestion Question, DateTime Time, string Device, byte[] Json, long Received)> _open = new();
    private Func<JsonElement, byte[]>? _answer;
    private int _status;
    private long _after;

    /// <summary>Number of requests without an answer.</summary>
    public int Open => _open.Count;

    /// <summary>Timestamp of the next answer; <see cref="long.MaxValue"/> if none will come.</summary>
    public long Due => _answer is not null && _open.TryPeek(out var next) ? next.Received + _after : long.MaxValue;

    /// <summary>Sets the answer to all requests that are open and that come.</summary>
    public void Set<T>(Func<JsonElement, T> answer, int status, TimeSpan after)
    {
        _answer = request => answer(request) is var body && body is string text ? Encoding.UTF8.GetBytes(text) : ToJson(body);
        (_status, _after) = (status, after.Ticks);
    }

    /// <summary>Leaves the requests that come from now on without an answer.</summary>
    public void Clear() => _answer = null;

    public void Add(SimulatedQuestion question, DateTime time, string device, ReadOnlySpan<byte> json, long now) =>
        _open.Enqueue((question, time, device, json.ToArray(), now));

    /// <summary>Returns the answer that is due first and removes its request.</summary>
    public (SimulatedQuestion Question, Answer Answer) Dequeue()
    {
        var (question, time, device, json, _) = _open.Dequeue();
        return (question, new Answer(time, device, json, _status, _answer!(Json.Parse(json))));
    }

    private byte[] ToJson(object? body) =>
        Json.Write(json => ((JsonValueWriter<object?>)_writers.Get(typeof(object))).Write(json, body)).ToArray();
}
