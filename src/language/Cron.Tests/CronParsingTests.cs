using Shouldly;
using Xunit;

namespace Kestra.Cron.Tests;

public sealed class CronParsingTests
{
    [Theory]
    [InlineData("a b c", "Cron expression contains 3 parts but we expect one of [5]")]
    [InlineData("nope", "Cron expression contains 1 parts but we expect one of [5]")]
    [InlineData("0 0 0 1 1 1", "Cron expression contains 6 parts but we expect one of [5]")]
    [InlineData("0 0 1 1 8", "Failed to parse cron expression. Value 8 not in range [0, 7]")]
    [InlineData("60 0 1 1 1", "Failed to parse cron expression. Value 60 not in range [0, 59]")]
    [InlineData("0 24 1 1 1", "Failed to parse cron expression. Value 24 not in range [0, 23]")]
    [InlineData("0 0 0 1 1", "Failed to parse cron expression. Value 0 not in range [1, 31]")]
    [InlineData("0 0 1 13 1", "Failed to parse cron expression. Value 13 not in range [1, 12]")]
    [InlineData("0 0 L * *", "Invalid chars in expression! Expression: L Invalid chars: L")]
    [InlineData("0 0 * * L", "Invalid chars in expression! Expression: L Invalid chars: L")]
    [InlineData("0 0 15W * *", "Invalid chars in expression! Expression: 15W Invalid chars: W")]
    [InlineData("0 0 ? * *", "Invalid chars in expression! Expression: ? Invalid chars: ?")]
    [InlineData("0 0 * * MON#2", "Invalid expression: MON#2")]
    [InlineData("0 22-2 * * *", "Invalid range! [22,2]")]
    [InlineData("0 0 * * FRI-MON", "Invalid range! [5,1]")]
    [InlineData("0 0 * * FOO", "Invalid expression: FOO")]
    [InlineData("*/0 * * * *", "Failed to parse cron expression. Period 0 not in range [1, 59]")]
    [InlineData("*/60 * * * *", "Failed to parse cron expression. Period 60 not in range [1, 59]")]
    [InlineData("*/x * * * *", "Invalid chars in expression! Expression: */X Invalid chars: X")]
    [InlineData("1, * * * *", "Invalid field value! Trailing commas not permitted! '1,'")]
    [InlineData("@every", "Nickname @every not supported!")]
    [InlineData("", "Empty expression!")]
    [InlineData("   ", "Empty expression!")]
    public void Refuses(string text, string message)
    {
        CronExpression.TryParse(text, withSeconds: false, out _, out var error).ShouldBeFalse();
        error.ShouldBe(message);
        Should.Throw<CronException>(() => CronExpression.Parse(text)).Message.ShouldBe(message);
    }

    [Theory]
    [InlineData("1,,2 * * * *")]
    [InlineData("-5 * * * *")]
    [InlineData("5- * * * *")]
    [InlineData("1-2-3 * * * *")]
    [InlineData("1/2/3 * * * *")]
    [InlineData("*-5 * * * *")]
    [InlineData("999999999999 * * * *")]
    [InlineData("* * * * MON-")]
    [InlineData("/ * * * *")]
    [InlineData("٣ * * * *")]
    public void RefusesWhateverElseIsNoField(string text) =>
        CronExpression.TryParse(text, withSeconds: false, out _, out _).ShouldBeFalse();

    [Fact]
    public void SecondsAreMandatoryWhenAskedFor()
    {
        CronExpression.TryParse("* * * * *", withSeconds: true, out _, out var error).ShouldBeFalse();
        error.ShouldBe("Cron expression contains 5 parts but we expect one of [6]");
        CronExpression.TryParse("*/10 * * * * *", withSeconds: true, out _, out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData("0   0\t*  * *")]
    [InlineData(" 0 0 * jan-MAR mon,Wed ")]
    [InlineData("1-5,10,20-30/2,40/3 * * * *")]
    [InlineData("0 0 * * 5-7")]
    [InlineData("@Daily")]
    public void Accepts(string text) => CronExpression.Parse(text).ToString().ShouldBe(text);
}
