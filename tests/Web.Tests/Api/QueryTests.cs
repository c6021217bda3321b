using System.Net;
using System.Net.Http.Json;
using PlantRuntime.Web.Tests.Access;

namespace PlantRuntime.Web.Tests.Api;

/// <summary>Queries that ask for something else than the API has, and paths that it does not have.</summary>
[Trait("Needs", "Process")]
public sealed class QueryTests
{
    [Fact]
    public async Task A_query_that_cannot_be_meant_is_refused_with_what_was_expected()
    {
        await using var web = await WebFixture.StartAsync();
        foreach (var (request, expected, reason) in new (string, int, string)[]
        {
            ("/api/tags?limit=abc", 400, "/api/tags has no parameter \"limit\"; it has device, bad"),
            ("/api/tags?devise=line", 400, "has no parameter \"devise\": did you mean \"device\"?"),
            ("/api/status?x=1", 400, "/api/status has no parameter \"x\": it has none"),
            ("/api/tags?bad=1", 400, "bad: expected true or false, found \"1\""),
            ("/api/tags?bad=", 400, "bad: expected true or false, found \"\""),
            ("/api/tags?bad=true&bad=false", 400, "bad is given 2 times"),
            ("/api/tags?device=lime", 404, "no device \"lime\" in the running site: did you mean \"line\"?"),
            ("/api/alerts?active=yes", 400, "active: expected true or false"),
            ("/api/events?limit=-1", 400, "limit: expected a number from 1 to 1000, found \"-1\""),
            ("/api/events?limit=99999999999999999999", 400, "limit: expected a number from 1 to 1000"),
            ("/api/events?limit=5&limit=6", 400, "limit is given 2 times"),
            ("/api/events?open=ja", 400, "open: expected true or false"),
            ("/api/queue/letters?last=abc", 400, "last: expected a number from 0 to 1000, found \"abc\""),
            ("/api/queue/letters?last=1001", 400, "last: expected a number from 0 to 1000"),
            ("/api/queue/letters?after=-3", 400, "after: expected a number from 0 on"),
            ("/api/queue/letters?id=1&id=x", 400, "id: expected a number from 1 on, found \"x\""),
            ("/api/log?after=%201", 400, "after: expected a number from 0 on"),
            ("/api/devices/line/browse?depth=deep", 400, "depth: expected a number from 0"),
            ("/api/history?device=line", 400, "the query lacks tag="),
            ("/api/history?device=line&tag=level&points=0", 400, "points: expected a number from 1 to 2000"),
            ("/api/history?device=line&tag=level&from=2026-13-01", 400, "from: expected a time such as"),
            ("/api/history?device=line&tag=level&from=2026-02-01&to=2026-01-01", 400, "from is after to"),
            ("/api/history?device=line&tag=level&from=0001-01-01", 400, "expected times from 1970 to 2200"),
            ("/api/history?device=line&tag=leve", 404, "no tag \"leve\""),
            ($"/api/tags?{new string('y', 3000)}=1", 400, "has no parameter \"yyyy"),
        })
        {
            var (status, detail) = await AccessFixture.RefusalAsync(web.Local.GetAsync(request));
            Assert.True((int)status == expected && detail.Contains(reason, StringComparison.Ordinal), $"{request}: {(int)status} {detail}");
            Assert.InRange(detail.Length, 1, 400);
        }

        Assert.NotEqual(HttpStatusCode.BadRequest, (await web.Local.GetAsync("/api/queue/letters?id=1&id=2")).StatusCode);

        // Probes of others may add what they like.
        Assert.Equal(HttpStatusCode.OK, (await web.Local.GetAsync("/health?probe=1")).StatusCode);
    }

    [Fact]
    public async Task An_unknown_path_or_method_is_told_to_those_who_may_read_and_hidden_from_others()
    {
        await using var fixture = await AccessFixture.StartAsync();
        var vera = await fixture.LogInAsync("vera");
        foreach (var path in new[] { "/api/tag", "/nothing/here", "/page/none.js", "/api/devices" })
        {
            var (status, detail) = await AccessFixture.RefusalAsync(vera.GetAsync(path));
            Assert.Equal(HttpStatusCode.NotFound, status);
            Assert.Contains("nothing at this path", detail, StringComparison.Ordinal);
            (status, _) = await AccessFixture.RefusalAsync(fixture.Client().GetAsync(path));
            Assert.Equal(HttpStatusCode.Unauthorized, status);
        }

        using var post = await vera.PostAsJsonAsync("/api/tags", new { });
        Assert.Equal(HttpStatusCode.MethodNotAllowed, post.StatusCode);
        Assert.Equal(["GET"], post.Content.Headers.Allow);
        using var hidden = await fixture.Client().PostAsJsonAsync("/api/tags", new { });
        Assert.Equal(HttpStatusCode.Unauthorized, hidden.StatusCode);
    }
}
