using System.Text.RegularExpressions;
using Microsoft.Playwright;
using PlantRuntime.Web.Access.Users;
using static Microsoft.Playwright.Assertions;

namespace PlantRuntime.Web.Tests.Page;

/// <summary>Login, logout and roles on the page, at the address of <c>[web]</c>.</summary>
[Trait("Needs", "Server")]
public sealed class LoginTests : BrowserTestBase
{
    private const string Password = "correct horse battery";

    [SkippableFact]
    public async Task Without_a_login_nothing_is_shown_and_after_it_what_the_role_allows()
    {
        await using var web = await StartAsync(WebFixture.SiteToml.Replace("anonymous = \"viewer\"", "", StringComparison.Ordinal));
        var page = await OpenPageAsync(web.Client.BaseAddress!);
        await page.GotoAsync("/#plant");
        var dialog = page.Locator("dialog");
        await Expect(dialog).ToBeVisibleAsync();
        await Expect(page.Locator("article")).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToBeVisibleAsync();
        await LogInAsync(page, "eva", "wrong password");
        await Expect(dialog).ToContainTextAsync("user or password is wrong");
        await LogInAsync(page, "eva", Password);
        await Expect(page.Locator("#user")).ToContainTextAsync("eva engineer");
        await page.Locator("article[data-name=line]").GetByRole(AriaRole.Button, new() { Name = "Restart" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Restart" }).ClickAsync();
        await Expect(page.Locator("#toast")).ToContainTextAsync("line restarts");

        await page.ReloadAsync();
        await Expect(page.Locator("#user")).ToContainTextAsync("eva engineer");
        await page.Locator("#session").ClickAsync();
        await Expect(dialog).ToBeVisibleAsync();
        await Expect(page.Locator("article")).ToHaveCountAsync(0);
        await Expect(page.Locator("#site")).ToHaveTextAsync("PlantRuntime");
    }

    [SkippableFact]
    public async Task An_anonymous_viewer_reads_and_an_operator_logs_in_to_write()
    {
        await using var web = await StartAsync(WebFixture.SiteToml + """

            [devices.press]
            driver = "modbus"
            host = "127.0.0.1"
            port = 1
            writable = true
            tags = { limit = { address = "holding:0:float32", write = { range = [10, 90] } } }
            """);
        var page = await OpenPageAsync(web.Client.BaseAddress!);
        await page.GotoAsync("/#tags?tag=press.limit");
        await Expect(page.Locator("tr[data-tag]")).ToHaveCountAsync(3);
        await Expect(page.Locator("form.write")).ToBeHiddenAsync();
        await Expect(page.Locator("#session")).ToHaveTextAsync("Log in");
        await page.Locator("#session").ClickAsync();
        await LogInAsync(page, "anna", Password);
        await page.GetByLabel("New value").FillAsync("200");
        await page.Locator("form.write button").ClickAsync();
        await page.Locator("dialog").GetByRole(AriaRole.Button, new() { Name = "Write" }).ClickAsync();
        await Expect(page.Locator("#toast")).ToContainTextAsync(new Regex("press.limit: refused – 200 is outside 10 to 90"));
        await page.GotoAsync("/#plant");
        await Expect(page.Locator("article[data-name=press]")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Restart" })).ToHaveCountAsync(0);
    }

    [SkippableFact]
    public async Task A_user_who_is_removed_reads_no_more()
    {
        await using var web = await StartAsync(WebFixture.SiteToml.Replace("anonymous = \"viewer\"", "", StringComparison.Ordinal));
        var page = await OpenPageAsync(web.Client.BaseAddress!);
        await page.GotoAsync("/");
        await LogInAsync(page, "anna", Password);
        await Expect(page.Locator("#connection")).ToHaveTextAsync("live");
        new AccountFile(web.Folder).Change(accounts => [.. accounts.Where(a => a.Name != "anna")]);
        await Expect(page.Locator("dialog")).ToBeVisibleAsync();
    }

    private static Task<WebFixture> StartAsync(string toml)
    {
        var hash = PasswordHash.Create(Password);
        return WebFixture.StartAsync(toml, prepare: site => new AccountFile(site.Path).Change(_ =>
        [
            new Account { Name = "anna", Role = "operator", Password = hash },
            new Account { Name = "eva", Role = "engineer", Password = hash },
        ]));
    }

    private static async Task LogInAsync(IPage page, string user, string password)
    {
        await page.GetByLabel("User").FillAsync(user);
        await page.GetByLabel("Password").FillAsync(password);
        await page.Locator("dialog").GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
    }
}
