using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Web.Api;

namespace PlantRuntime.Web.Tests.Api;

/// <summary>docs/api.md and /openapi.json against the routes of a running host.</summary>
[Trait("Needs", "Process")]
public sealed class ApiDocsTests
{
    private static readonly string[] s_login = ["/api/login", "/api/logout", "/api/session"];

    [Fact]
    public async Task Each_example_gets_the_response_that_the_page_shows()
    {
        await using var site = await ExampleSite.StartAsync();
        Assert.Equal(ApiPage.RequestCount, ApiPage.Examples.Count);
        var open = new List<HttpResponseMessage>();
        var failures = new List<string>();
        foreach (var example in ApiPage.Examples)
        {
            // The socket has no login.
            var client = s_login.Contains(example.Path) ? site.Web.Client : site.Web.Local;
            if (await WhyDifferentAsync(client, example, open) is { } reason) failures.Add($"{example.Method} {example.Path}: {reason}");
        }

        foreach (var response in open) response.Dispose();
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Fact]
    public async Task Each_route_is_on_the_page_and_in_openapi_with_its_role_and_parameters()
    {
        await using var site = await WebFixture.StartAsync(MinimalSite);
        var openApi = (await JsonNode.ParseAsync(await site.Local.GetStreamAsync("/openapi.json")))!;
        Assert.Equal("3.1.0", (string?)openApi["openapi"]);
        var operations = openApi["paths"]!.AsObject().SelectMany(
            p => p.Value!.AsObject(), (p, o) => (Name: $"{o.Key.ToUpperInvariant()} {p.Key}", Operation: o.Value!))
            .ToDictionary(o => o.Name, o => o.Operation);
        var mapped = site.Web.Routes.Where(e => IsOfApi(e.RoutePattern.RawText!))
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods, (e, m) => (Endpoint: e, Method: m)).ToList();
        Assert.True(mapped.Count > 20);
        foreach (var (endpoint, method) in mapped)
        {
            var description = endpoint.Metadata.GetMetadata<RouteDescription>();
            Assert.True(description is not null, $"{endpoint.RoutePattern.RawText} has no Describe(…) where it is mapped");
            var name = $"{method} {OpenApiDocument.PathOf(endpoint)}";
            Assert.True(operations.Remove(name, out var operation), $"/openapi.json lacks {name}");
            var role = endpoint.Metadata.GetMetadata<IAuthorizeData>()?.Policy;
            Assert.Equal(role, (string?)operation!["x-role"]);
            if (method == "HEAD") continue;
            Assert.True(ApiPage.Routes.TryGetValue(name, out var text), $"docs/api.md has no heading ### `{name}`");
            var isNamed = role is null || text!.TrimStart().StartsWith($"Role {role}.", StringComparison.Ordinal);
            Assert.True(isNamed, $"docs/api.md: {name} needs \"Role {role}.\"");
            Assert.All(description.Parameters.Where(p => !text!.Contains("are those of retry", StringComparison.Ordinal)),
                p => Assert.True(text!.Contains($"`{p.Name}`", StringComparison.Ordinal),
                    $"docs/api.md: {name} lacks the parameter {p.Name}"));
        }

        Assert.Empty(operations);
        Assert.Empty(ApiPage.Routes.Keys.Except(mapped.Select(m => $"{m.Method} {OpenApiDocument.PathOf(m.Endpoint)}")));
    }

    private const string MinimalSite = """
        [site]
        name = "test"
        [devices.line]
        driver = "simulator"
          [devices.line.tags]
          level = "const 5"
        [sinks.lines]
        sink = "jsonl"
        path = "data/lines.jsonl"
        """;

    private static bool IsOfApi(string path) => path is "/metrics" or "/openapi.json"
        || path.StartsWith("/health", StringComparison.Ordinal) || path.StartsWith("/api", StringComparison.Ordinal);

    private static async Task<string?> WhyDifferentAsync(HttpClient client, ApiExample example, List<HttpResponseMessage> open)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var request = new HttpRequestMessage(new HttpMethod(example.Method), example.Path);
        if (example.Body is { } body) request.Content = new StringContent(body, Encoding.UTF8, "application/json");

        // A stream and a recording do not end by themselves.
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
        open.Add(response);
        if ((int)response.StatusCode != example.Status) return $"status {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(patience.Token)}";
        if (example.Kind == "text") return await WhichLineIsMissingAsync(response, example.Response, patience.Token);
        var text = await response.Content.ReadAsStringAsync(patience.Token);
        return WhyDifferent("$", JsonNode.Parse(example.Response), JsonNode.Parse(text)) is { } reason ? $"{reason} in {text}" : null;
    }

    private static async Task<string?> WhichLineIsMissingAsync(HttpResponseMessage response, string expected, CancellationToken cancel)
    {
        var missing = expected.Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancel), leaveOpen: true);
        while (missing.Count > 0 && await reader.ReadLineAsync(cancel) is { } line)
            missing.RemoveAll(m => line.StartsWith(m, StringComparison.Ordinal));
        return missing.Count == 0 ? null : $"no line begins with {missing[0]}";
    }

    /// <summary>Compares fields and kinds of values. A null fits every kind; the items of a list fit one of those shown.</summary>
    private static string? WhyDifferent(string at, JsonNode? shown, JsonNode? real)
    {
        if (shown is null || real is null) return null;
        if (Kind(shown) != Kind(real)) return $"{at} is {Kind(real)} instead of {Kind(shown)}";
        if (shown is JsonArray { Count: > 0 } list)
        {
            return real.AsArray().Count == 0 ? $"{at} is empty"
                : real.AsArray().Select(item => list.Select(s => WhyDifferent($"{at}[]", s, item)).OrderBy(r => r is not null).First())
                    .FirstOrDefault(r => r is not null);
        }

        if (shown is not JsonObject fields) return null;
        var names = fields.Select(f => f.Key).ToList();
        var realNames = real.AsObject().Select(f => f.Key).ToList();
        return names.Except(realNames).FirstOrDefault() is { } lacking ? $"{at} lacks {lacking}"
            : realNames.Except(names).FirstOrDefault() is { } more ? $"{at} has {more}, which is not documented"
            : names.Select(n => WhyDifferent($"{at}.{n}", fields[n], real[n])).FirstOrDefault(r => r is not null);
    }

    private static string Kind(JsonNode node) =>
        node.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? "Boolean" : $"{node.GetValueKind()}";
}
