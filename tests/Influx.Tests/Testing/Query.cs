using System.Text.Json;

namespace PlantRuntime.Influx.Tests.Testing;

/// <summary>Runs statements of InfluxDB's query language and reads the rows of their results.</summary>
internal static class Query
{
    private static readonly HttpClient s_client = new(new SocketsHttpHandler { UseProxy = false });

    /// <summary>Runs a statement without a result.</summary>
    public static async Task ExecuteAsync(string url, string statement)
    {
        using var answer = await s_client.PostAsync($"{url}/query?q={Uri.EscapeDataString(statement)}", null);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>All rows of all series, as column name to raw JSON; nulls are left out.</summary>
    public static async Task<IReadOnlyList<IReadOnlyDictionary<string, JsonElement>>> RowsAsync(string url, string database, string query)
    {
        var text = await s_client.GetStringAsync($"{url}/query?db={database}&epoch=ns&q={Uri.EscapeDataString(query)}");
        var result = JsonDocument.Parse(text).RootElement.GetProperty("results")[0];
        if (result.TryGetProperty("error", out var error)) throw new InvalidOperationException(error.GetString());
        if (!result.TryGetProperty("series", out var series)) return [];
        var rows = new List<IReadOnlyDictionary<string, JsonElement>>();
        foreach (var one in series.EnumerateArray())
        {
            var columns = one.GetProperty("columns").EnumerateArray().Select(c => c.GetString()!).ToArray();
            foreach (var row in one.GetProperty("values").EnumerateArray())
            {
                var cells = columns.Zip(row.EnumerateArray()).Where(c => c.Second.ValueKind != JsonValueKind.Null);
                rows.Add(cells.ToDictionary(c => c.First, c => c.Second));
            }
        }

        return rows;
    }
}
