using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using PlantRuntime.Web.Page;

namespace PlantRuntime.Web.Tests.Page;

/// <summary>The files of the page: their size, their texts, and how they are sent.</summary>
[Trait("Needs", "Process")]
public sealed partial class PageFilesTests
{
    private const int MaxTotal = 150_000;

    [Fact]
    public void The_page_is_smaller_than_150_kB() => Assert.InRange(PageFiles.Names.Sum(n => PageFiles.Read(n).Length), 1, MaxTotal);

    [Fact]
    public void The_page_loads_nothing_from_elsewhere() => Assert.DoesNotContain(
        PageFiles.Names.SelectMany(n => ForeignAddress().Matches(Text(n)).Select(m => $"{n}: {m.Value}")),
        a => !a.Contains("www.w3.org/2000/svg", StringComparison.Ordinal));

    [Fact]
    public void Every_text_that_the_scripts_use_exists_in_three_languages()
    {
        var texts = TextEntry().Matches(Text("text.js")).ToDictionary(m => m.Groups[1].Value.Trim('"'), m => m.Groups[2].Value);
        Assert.True(texts.Count > 100);
        Assert.All(texts, t => Assert.True(Quoted().Count(t.Value) == 3, $"{t.Key} has {Quoted().Count(t.Value)} languages"));
        var used = PageFiles.Names.SelectMany(n => UsedText().Matches(Text(n)).Select(m => m.Groups[1].Value)).ToHashSet();
        Assert.Empty(used.Except(texts.Keys));
    }

    [Fact]
    public async Task A_file_has_a_tag_by_which_it_is_sent_once_and_is_compressed_for_those_who_can()
    {
        await using var web = await WebFixture.StartAsync();
        var response = await web.Local.GetAsync("/");
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(PageFiles.Read("index.html"), await response.Content.ReadAsByteArrayAsync());

        using var again = new HttpRequestMessage(HttpMethod.Get, "/");
        again.Headers.IfNoneMatch.Add(response.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await web.Local.SendAsync(again)).StatusCode);

        using var compressed = new HttpRequestMessage(HttpMethod.Get, "/page/style.css");
        compressed.Headers.AcceptEncoding.ParseAdd("gzip");
        response = await web.Client.SendAsync(compressed);
        Assert.Equal(["gzip"], response.Content.Headers.ContentEncoding);
        Assert.True((await response.Content.ReadAsByteArrayAsync()).Length < PageFiles.Read("style.css").Length / 2);
        Assert.Equal(HttpStatusCode.NotFound, (await web.Local.GetAsync("/page/../WebHost.cs")).StatusCode);
    }

    private static string Text(string name) => Encoding.UTF8.GetString(PageFiles.Read(name));

    [GeneratedRegex(@"https?://[\w./]+")]
    private static partial Regex ForeignAddress();

    [GeneratedRegex(@"^  (""[\w.]+""|\w+): \[(.*?)\],$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex TextEntry();

    [GeneratedRegex("\"[^\"]+\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"(?:\bt\(|data-t=|data-label=)""([\w.]+)""")]
    private static partial Regex UsedText();
}
