Test("an answer goes on as a record", plant =>
{
    plant.Load("recipes/ask.csx");
    plant.Sinks.service.Answer(request => new { level = request.GetProperty("setpoint").GetDouble() * 2 });
    plant.lab.Scan(setpoint: 4);
    plant.lab.Scan(setpoint: 5);
    plant.Sinks.service.ShouldBe(new { setpoint = 4 }, new { setpoint = 5 });
    plant.Sinks.broker.ShouldBe(new { asked = 4, status = 200, level = 8 }, new { asked = 5, status = 200, level = 10 });
});

Test("answers take their time and keep their order over a reload and a restart", plant =>
{
    plant.Load("recipes/ask.csx");
    plant.Sinks.service.Answer(request => new { level = 1 }, after: 2.Seconds);
    plant.lab.Scan(setpoint: 4);
    plant.Advance(1.Seconds);
    plant.lab.Scan(setpoint: 5);
    Equal(2, plant.Sinks.service.Unanswered);
    plant.Reload("recipes/ask.csx", text => text.Replace("status = answer.Status", "status = answer.Status + 1"));
    plant.Advance(1.Seconds);
    plant.Sinks.broker.ShouldBe(new { asked = 4, status = 201, level = 1 });
    plant.Restart();
    plant.Advance(1.Seconds);
    plant.Sinks.broker.ShouldBe(new { asked = 5, status = 200, level = 1 });
    Equal(0, plant.Sinks.service.Unanswered);
});

Test("a service that hangs answers later, and one that is down is asked when it is back", plant =>
{
    plant.Load("recipes/ask.csx");
    plant.lab.Scan(setpoint: 4);
    plant.Advance(1.Hours);
    plant.Sinks.broker.ShouldBeEmpty();
    plant.Sinks.service.Answer(request => "busy", status: 404);
    plant.Sinks.broker.ShouldBe(new { asked = 4, status = 404, level = -1 });
    plant.Sinks.service.AnswerNothing();
    plant.lab.Scan(setpoint: 4.5);
    plant.Sinks.broker.ShouldBeEmpty();
    plant.Sinks.service.Answer(request => "busy", status: 404);
    plant.Sinks.broker.ShouldHaveCount(1);
    plant.Sinks.service.Fail();
    plant.lab.Scan(setpoint: 5);
    plant.Advance(61.Seconds);
    plant.lab.Scan(setpoint: 6);
    plant.Sinks.service.Heal();
    plant.Sinks.broker.ShouldBe(new { asked = 6, status = 404, level = -1 });
    plant.Sinks.service.DeadLetters.ShouldBe(new { setpoint = 5 });
});

Test("a refused request has no answer", plant =>
{
    plant.Load("recipes/ask.csx");
    plant.Sinks.service.Answer(request => new { level = 1 });
    plant.Sinks.service.Refuse();
    plant.lab.Scan(setpoint: 4);
    plant.Sinks.broker.ShouldBeEmpty();
    plant.Sinks.service.DeadLetters.ShouldBe(new { setpoint = 4 });
});
