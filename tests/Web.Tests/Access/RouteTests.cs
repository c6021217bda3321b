using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using PlantRuntime.Web.Access;
using PlantRuntime.Web.Access.Requests;

namespace PlantRuntime.Web.Tests.Access;

/// <summary>The roles of all routes, and the audit log of those that change something.</summary>
[Trait("Needs", "Process")]
public class RouteTests
{
    /// <summary>Routes without a role. A further one needs a reason as good as those of these.</summary>
    private static readonly string[] s_open =
        ["/health", "/health/live", "/health/ready", "/api/login", "/api/logout", "/api/session", "/openapi.json"];

    /// <summary>Routes of the page's files, which hold no data of the plant.</summary>
    private const string Page = "/page/";

    /// <summary>Routes that are not audited by the middleware: they change nothing, or write to the audit log themselves.</summary>
    private static readonly string[] s_unaudited =
    [
        "/api/login", "/api/logout", "/api/users/changed", "/api/devices/{device}/read", "/api/devices/{device}/tags/{tag}",
    ];

    [Fact]
    public async Task Each_route_needs_a_role_or_is_on_the_list_of_open_ones_and_each_change_is_audited()
    {
        await using var fixture = await AccessFixture.StartAsync();
        var routes = fixture.Web.Routes.ToList();
        Assert.True(routes.Count > 15, $"only {routes.Count} routes");
        foreach (var route in routes)
        {
            var path = "/" + route.RoutePattern.RawText!.TrimStart('/');
            var roles = route.Metadata.GetOrderedMetadata<IAuthorizeData>();
            if (route.Metadata.GetMetadata<IAllowAnonymous>() is not null)
                Assert.True(s_open.Contains(path) || path == "/" || path.StartsWith(Page, StringComparison.Ordinal), $"{path} is open");
            else
                Assert.True(roles.Count > 0 && roles.All(r => Roles.All.Contains(r.Policy)), $"{path} declares no role");

            var methods = route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["POST"];
            var isChange = methods.Any(m => m is not ("GET" or "HEAD"));
            var isAudited = route.Metadata.GetMetadata<AuditedRoute>() is not null;
            Assert.True(isChange && !s_unaudited.Contains(path) == isAudited || !isChange && !isAudited, $"{path}: audited {isAudited}");
        }
    }

    [Fact]
    public async Task Without_a_login_no_route_answers_but_the_open_ones()
    {
        await using var fixture = await AccessFixture.StartAsync();
        var client = fixture.Client();
        foreach (var route in fixture.Web.Routes.Where(r => r.Metadata.GetMetadata<IAllowAnonymous>() is null))
        {
            var path = "/" + route.RoutePattern.RawText!.TrimStart('/').Replace("{device}", "line", StringComparison.Ordinal)
                .Replace("{tag}", "level", StringComparison.Ordinal).Replace("{id:int}", "1", StringComparison.Ordinal);
            foreach (var method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"])
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                if (method != "GET") request.Content = JsonContent.Create(new { });
                using var response = await client.SendAsync(request);
                Assert.True(response.StatusCode == HttpStatusCode.Unauthorized, $"{method} {path}: {response.StatusCode}");
                Assert.Equal("Bearer", response.Headers.WwwAuthenticate.Single().Scheme);
            }
        }
    }

    [Theory]
    [InlineData("vera", "/api/tags", "/api/devices/line/tags/level", "/api/restart")]
    [InlineData("anna", "/api/tags", null, "/api/restart")]
    [InlineData("eva", "/api/tags", null, null)]
    public async Task A_role_may_do_what_it_may_and_no_more(string user, string read, string? write, string? restart)
    {
        await using var fixture = await AccessFixture.StartAsync();
        var client = await fixture.LogInAsync(user);
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(read)).StatusCode);
        var writing = await client.PostAsJsonAsync("/api/devices/line/tags/level", new { value = 1 });
        Assert.Equal(write is null ? HttpStatusCode.OK : HttpStatusCode.Forbidden, writing.StatusCode);
        var restarting = await client.PostAsJsonAsync("/api/restart", new { name = "line" });
        Assert.Equal(restart is null ? HttpStatusCode.OK : HttpStatusCode.Forbidden, restarting.StatusCode);
        if (restart is null) Assert.Contains("device", await restarting.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logins_and_changes_are_in_the_audit_log_with_user_and_address()
    {
        await using var fixture = await AccessFixture.StartAsync();
        (await AccessFixture.LogInAsync(fixture.Client(), "eva", "wrong password")).Dispose();
        (await AccessFixture.LogInAsync(fixture.Client(), "my password by mistake", "x")).Dispose();
        var (eva, anna) = (await fixture.LogInAsync("eva"), await fixture.LogInAsync("anna"));
        (await eva.PostAsJsonAsync("/api/restart", new { name = "line" })).Dispose();
        (await eva.PostAsJsonAsync("/api/restart", new { name = "lime" })).Dispose();
        (await anna.PostAsJsonAsync("/api/restart", new { name = "line" })).Dispose();
        (await eva.PostAsJsonAsync("/api/devices/line/retry", new { })).Dispose();
        (await eva.PostAsJsonAsync("/api/queue/delete", new { sink = "lines" })).Dispose();
        (await anna.PostAsJsonAsync("/api/devices/line/tags/level", new { value = 1 })).Dispose();
        (await fixture.Local().PostAsJsonAsync("/api/users/changed", new { action = "user_add", name = "otto" })).Dispose();
        (await eva.PostAsync("/api/logout", null)).Dispose();
        (await fixture.Client().PostAsJsonAsync("/api/restart", new { name = "line" })).Dispose();

        var lines = fixture.Audit.Select(e => string.Join(' ', new[] { "who", "address", "action", "tag", "name", "outcome" }
            .Select(key => (string?)e[key]).Where(text => text is not null))).ToList();
        Assert.Equal(
        [
            "user eva 127.0.0.1 login refused",
            "user unknown 127.0.0.1 login refused",
            "user eva 127.0.0.1 login done",
            "user anna 127.0.0.1 login done",
            "user eva 127.0.0.1 restart line done",
            "user eva 127.0.0.1 restart lime failed",
            "user anna 127.0.0.1 restart refused",
            "user eva 127.0.0.1 retry line done",
            "user eva 127.0.0.1 delete_letters lines: all done",
            "user anna at 127.0.0.1 level refused",
            "user local user_add otto done",
            "user eva 127.0.0.1 logout done",
        ], lines);
        Assert.DoesNotContain("mistake", File.ReadAllText(fixture.Site.At("logs/audit.jsonl")), StringComparison.Ordinal);
    }
}
