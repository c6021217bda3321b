// Each message of the stream becomes one row. A payload that is not JSON is stored as a JSON text, and one that is not text as NULL.
using System.Text.Json;

Plant.stream.Scans.Where(scan => scan.Failure is null)
    .Payload(scan => new
    {
        time = scan.Time, id = scan["id"], seq = scan["seq"], site = scan["site"], device = scan["device"], payload = Json(scan["payload"]),
    })
    .To(Sinks.messages);

JsonElement? Json(Value payload)
{
    if (payload.IsNull) return null;
    try
    {
        return JsonElement.Parse(payload.Text);
    }
    catch (JsonException)
    {
        return JsonSerializer.SerializeToElement(payload.Text);
    }
}
