using System.Text.RegularExpressions;

namespace PlantRuntime.Web.Tests.Api;

/// <summary>One request of docs/api.md and the response that the page shows for it.</summary>
/// <param name="Method">The method.</param>
/// <param name="Path">Path and query.</param>
/// <param name="Body">The JSON body; null for none.</param>
/// <param name="Kind"><c>json</c> or <c>text</c>.</param>
/// <param name="Status">The status; 200 where the page names none.</param>
/// <param name="Response">The response; of a text the beginnings of some lines.</param>
internal sealed record ApiExample(string Method, string Path, string? Body, string Kind, int Status, string Response);

/// <summary>Reads docs/api.md: the routes in its headings and its examples, in their order.</summary>
internal static partial class ApiPage
{
    private static readonly string s_text =
        File.ReadAllText(System.IO.Path.Combine(RepoFolder.Root, "docs", "api.md")).ReplaceLineEndings("\n");

    /// <summary>The routes as <c>GET /api/tags</c>, with the text below each heading.</summary>
    public static IReadOnlyDictionary<string, string> Routes { get; } = Heading().Split(s_text) is var parts
        ? Enumerable.Range(0, parts.Length / 2).ToDictionary(i => parts[(2 * i) + 1], i => parts[(2 * i) + 2]) : null!;

    /// <summary>The examples.</summary>
    public static IReadOnlyList<ApiExample> Examples { get; } =
    [
        .. Example().Matches(s_text).Select(m => new ApiExample(
            m.Groups["method"].Value, m.Groups["path"].Value, m.Groups["body"].Success ? m.Groups["body"].Value.Trim() : null,
            m.Groups["kind"].Value,
            m.Groups["status"].Success ? int.Parse(m.Groups["status"].ValueSpan) : 200, m.Groups["response"].Value)),
    ];

    /// <summary>Number of fences that begin a request; each of them has to be an example.</summary>
    public static int RequestCount { get; } = Request().Count(s_text);

    [GeneratedRegex("^### `([A-Z]+ [^`]+)`$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("^```http$", RegexOptions.Multiline)]
    private static partial Regex Request();

    [GeneratedRegex(
        "^```http\n(?<method>[A-Z]+) (?<path>[^\n]+)\n(Content-Type: application/json\n\n(?<body>.*?)\n)?```\n"
        + "```(?<kind>json|text)( (?<status>[0-9]+))?\n(?<response>.*?)```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
