using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PlantRuntime.Web.Access.Users;

namespace PlantRuntime.Web.Tests.Access;

/// <summary>Logins, sessions and tokens, and what ends them.</summary>
[Trait("Needs", "Process")]
public class SessionTests
{
    [Fact]
    public async Task A_login_gives_a_cookie_that_scripts_and_other_sites_cannot_use_and_ends_with_the_logout()
    {
        await using var fixture = await AccessFixture.StartAsync();
        var client = fixture.Client();
        Assert.Equal(HttpStatusCode.Unauthorized, (await client.GetAsync("/api/tags")).StatusCode);
        Assert.Equal("""{"user":null,"role":null}""", await client.GetStringAsync("/api/session"));
        using (var wrong = await AccessFixture.LogInAsync(client, "anna", "correct horse batterie"))
        {
            Assert.Equal(HttpStatusCode.Unauthorized, wrong.StatusCode);
            Assert.False(wrong.Headers.Contains("Set-Cookie"));
        }

        using var right = await AccessFixture.LogInAsync(client, "anna", AccessFixture.Password);
        Assert.Equal("""{"user":"anna","role":"operator"}""", await right.Content.ReadAsStringAsync());
        var cookie = Assert.Single(right.Headers.GetValues("Set-Cookie"));
        Assert.Contains("; path=/; samesite=strict; httponly", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain("expires", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("""{"user":"anna","role":"operator"}""", await client.GetStringAsync("/api/session"));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/api/tags")).StatusCode);

        var copy = fixture.Client();
        copy.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        Assert.Equal("anna", await AccessFixture.UserOfAsync(copy));
        client.DefaultRequestHeaders.Add("X-Plant-Request", "1");
        client.DefaultRequestHeaders.Add("Origin", fixture.Address.GetLeftPart(UriPartial.Authority));
        Assert.Equal(HttpStatusCode.NoContent, (await client.PostAsync("/api/logout", null)).StatusCode);
        Assert.Null(await AccessFixture.UserOfAsync(client));
        Assert.Null(await AccessFixture.UserOfAsync(copy));
    }

    [Fact]
    public async Task A_login_never_continues_a_session_whose_cookie_was_there_before()
    {
        await using var fixture = await AccessFixture.StartAsync();
        using var first = await AccessFixture.LogInAsync(fixture.Client(), "vera", AccessFixture.Password);
        var planted = first.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
        var attacker = fixture.Client();
        attacker.DefaultRequestHeaders.Add("Cookie", planted);
        using var login = await AccessFixture.LogInAsync(attacker, "eva", AccessFixture.Password);
        Assert.Equal(HttpStatusCode.OK, login.StatusCode);
        Assert.NotEqual(planted, login.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        var other = fixture.Client();
        other.DefaultRequestHeaders.Add("Cookie", planted);
        Assert.Equal("vera", await AccessFixture.UserOfAsync(other));
    }

    [Fact]
    public async Task A_session_ends_when_it_is_idle_and_after_twelve_hours_in_any_case()
    {
        await using var fixture = await AccessFixture.StartAsync(AccessFixture.Loopback + "\nsession = \"30min\"");
        var (used, idle) = (await fixture.LogInAsync("anna"), await fixture.LogInAsync("vera"));
        fixture.Time.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal("anna", await AccessFixture.UserOfAsync(used));
        fixture.Time.Advance(TimeSpan.FromMinutes(2));
        Assert.Null(await AccessFixture.UserOfAsync(idle));
        fixture.Time.StepWallClock(TimeSpan.FromDays(-400));
        for (var passed = 31; passed < 12 * 60; passed += 20)
        {
            Assert.Equal("anna", await AccessFixture.UserOfAsync(used));
            fixture.Time.Advance(TimeSpan.FromMinutes(20));
        }

        Assert.Null(await AccessFixture.UserOfAsync(used));
    }

    [Fact]
    public async Task Sessions_follow_the_file_of_the_users_while_the_host_runs()
    {
        await using var fixture = await AccessFixture.StartAsync();
        var (anna, eva, vera) = (await fixture.LogInAsync("anna"), await fixture.LogInAsync("eva"), await fixture.LogInAsync("vera"));
        fixture.Change(accounts => [.. accounts.Where(a => a.Name != "anna")
            .Select(a => a.Name == "vera" ? a with { Role = "engineer" } : a with { Password = PasswordHash.Create("another password") })]);
        Assert.Null(await AccessFixture.UserOfAsync(anna));
        Assert.Null(await AccessFixture.UserOfAsync(eva));
        Assert.Equal("""{"user":"vera","role":"engineer"}""", await vera.GetStringAsync("/api/session"));
        using var again = await AccessFixture.LogInAsync(fixture.Client(), "eva", "another password");
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task An_open_stream_ends_with_its_session_or_token()
    {
        await using var fixture = await AccessFixture.StartAsync();
        foreach (var name in new[] { "eva", "robot" })
        {
            var client = name == "eva" ? await fixture.LogInAsync(name) : fixture.WithToken(name, "engineer");
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/recordings") { Content = JsonContent.Create(new { }) };
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal(HttpStatusCode.Created, response.StatusCode);
            using var lines = new StreamReader(await response.Content.ReadAsStreamAsync());
            Assert.NotNull(await lines.ReadLineAsync());

            // An open stream is use: the session is not idle.
            fixture.Time.Advance(TimeSpan.FromMinutes(40));
            Assert.NotNull(await lines.ReadLineAsync());
            fixture.Change(accounts => [.. accounts.Where(a => a.Name != name)]);
            fixture.Time.Advance(TimeSpan.FromSeconds(5));
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            try
            {
                while (await lines.ReadLineAsync(patience.Token) is not null)
                {
                }
            }
            catch (HttpIOException)
            {
                // The host has closed the connection in the middle of a line.
            }
        }
    }

    [Fact]
    public async Task A_token_counts_until_it_expires_or_is_removed_and_a_wrong_one_is_not_anonymous()
    {
        await using var fixture = await AccessFixture.StartAsync(AccessFixture.Loopback + "\nanonymous = \"viewer\"");
        var robot = fixture.WithToken("robot", "operator", fixture.Time.GetUtcNow() + TimeSpan.FromMinutes(90));
        Assert.Equal("""{"user":"robot","role":"operator"}""", await robot.GetStringAsync("/api/session"));
        Assert.Equal("""{"user":null,"role":"viewer"}""", await fixture.Client().GetStringAsync("/api/session"));
        Assert.Equal(HttpStatusCode.Forbidden, (await robot.PostAsJsonAsync("/api/restart", new { name = "line" })).StatusCode);
        fixture.Time.Advance(TimeSpan.FromMinutes(91));
        Assert.Equal(HttpStatusCode.Unauthorized, (await robot.GetAsync("/api/tags")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await fixture.Client().GetAsync("/api/tags")).StatusCode);
        var wrong = fixture.Client();
        wrong.DefaultRequestHeaders.Add("Authorization", "Bearer plant_wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, (await wrong.GetAsync("/api/tags")).StatusCode);
    }

    [Theory]
    [InlineData("{ not JSON")]
    [InlineData("{}")]
    [InlineData("""{"version":7,"accounts":[]}""")]
    [InlineData("""{"version":1,"accounts":[{"name":"eva","role":"engineer"}]}""")]
    [InlineData("""{"version":1,"accounts":[{"name":"eva","role":"root","token":"00"}]}""")]
    [InlineData("""{"version":1,"accounts":[{"name":"eva","role":"engineer","password":"correct horse battery"}]}""")]
    [InlineData("""{"version":1,"accounts":[{"name":"eva","role":"engineer","password":"pbkdf2-sha256$1$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}]}""")]
    [InlineData(null)]
    public async Task A_damaged_file_refuses_logins_and_leaves_the_plant_alone(string? content)
    {
        await using var fixture = await AccessFixture.StartAsync();
        var eva = await fixture.LogInAsync("eva");
        if (content is null && !OperatingSystem.IsWindows()) File.SetUnixFileMode(fixture.Users.FilePath, (UnixFileMode)0b110_100_100);
        else await File.WriteAllTextAsync(fixture.Users.FilePath, content ?? "");
        var (status, detail) = await AccessFixture.RefusalAsync(AccessFixture.LogInAsync(fixture.Client(), "eva", AccessFixture.Password));
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Contains("the file of the users is not valid", detail, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await eva.GetAsync("/api/tags")).StatusCode);
        await fixture.Log.WhenAsync("USERS reason= users.json next=\"nobody can log in");
        Assert.Contains("\"ok\"", await fixture.Client().GetStringAsync("/health"), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await fixture.Local().GetAsync("/api/tags")).StatusCode);

        File.Delete(fixture.Users.FilePath);
        fixture.Change(_ => [new Account { Name = "new", Role = "viewer", Token = Account.HashOf("x") }]);
        fixture.Time.Advance(TimeSpan.FromSeconds(5));
        await fixture.Log.WhenAsync("USERS state=OK accounts=1");
    }

    [Fact]
    public void Passwords_are_stored_as_salted_slow_hashes_in_a_file_of_the_owner()
    {
        var (one, two) = (PasswordHash.Create("correct horse battery"), PasswordHash.Create("correct horse battery"));
        Assert.NotEqual(one, two);
        Assert.StartsWith("pbkdf2-sha256$600000$", one, StringComparison.Ordinal);
        Assert.True(PasswordHash.Matches("correct horse battery", one) && PasswordHash.Matches("correct horse battery", two));
        Assert.False(PasswordHash.Matches("correct horse batterz", one));
        using var folder = new TemporaryFolder();
        var file = new AccountFile(folder.Path);
        file.Change(_ => [new Account { Name = "eva", Role = "engineer", Password = one }]);
        Assert.Equal(one, Assert.Single(file.Read()).Password);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.FilePath));
        Assert.Equal(["users.json", "users.lock"], Directory.GetFiles(folder.Of("data", "web")).Select(Path.GetFileName).Order());
        Assert.Throws<AccountException>(() => file.Change(a => [.. a, a[0] with { Name = "EVA" }]));
        Assert.Single(JsonNode.Parse(File.ReadAllText(file.FilePath))!["accounts"]!.AsArray());
    }
}
