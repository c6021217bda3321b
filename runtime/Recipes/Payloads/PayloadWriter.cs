using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using PlantRuntime.Recipes.Plans;

namespace PlantRuntime.Recipes.Payloads;

/// <summary>Writes payloads of one shape as JSON and hands the bytes to routes. A payload of null is no record.</summary>
internal sealed class PayloadWriter<T>
{
    private readonly ArrayBufferWriter<byte> _bytes = new();
    private readonly Utf8JsonWriter _json;
    private readonly List<Route> _routes = [];
    private readonly UserCode<T, bool> _write;

    public PayloadWriter(JsonShape<T> shape, PlanBuilder plan)
    {
        // Relaxed: records hold names of tags and texts of people, who want to read é and not \u00E9. They never end in a web page unescaped.
        _json = new Utf8JsonWriter(_bytes, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        _write = plan.Fence<T, bool>(payload =>
        {
            shape.Write(_json, payload);
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
