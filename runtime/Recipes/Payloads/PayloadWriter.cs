using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Payloads;

/// <summary>
/// Writes payloads of one type as JSON and passes the bytes to the routes, which copy them. A payload of null is not a record. One belongs
/// to each <c>Payload</c> of a recipe; used on the recipe's thread; its buffer is reused.
/// </summary>
internal sealed class PayloadWriter<T>
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly Utf8JsonWriter _json;
    private readonly List<Route> _routes = [];
    private readonly GuardedLambda<T, bool> _write;

    public PayloadWriter(JsonValueWriter<T> valueWriter, PlanBuilder plan)
    {
        // Relaxed, because people read é more easily than \u00E9. A web page that shows records must escape them.
        _json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _write = plan.GuardLambda<T, bool>(payload =>
        {
            valueWriter.Write(_json, payload);
            _json.Flush();
            return true;
        });
    }

    public bool IsEnd => _routes.Count == 0;

    public void Add(Route route) => _routes.Add(route);

    public void Write(DateTime time, string device, T payload)
    {
        if (payload is null) return;
        _bytes.ResetWrittenCount();
        _json.Reset(_bytes);
        if (!_write.TryCall(payload, out _)) return;
        foreach (var route in _routes) route.Output!.Write(time, device, _bytes.WrittenSpan);
    }
}
