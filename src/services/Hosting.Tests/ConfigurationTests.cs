using Kestra.Hosting.Configuration;

namespace Kestra.Hosting.Tests;

public sealed class ConfigurationTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kestra-configuration-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("kestra.server.terminationGracePeriod", "kestra.server.termination-grace-period")]
    [InlineData("basicAuth.openUrls", "basic-auth.open-urls")]
    [InlineData("tmpDir", "tmp-dir")]
    [InlineData("kestra.server_type", "kestra.server-type")]
    [InlineData("kestra.aiURL", "kestra.ai-url")]
    public void Keys_have_one_canonical_form(string written, string canonical) =>
        SettingKey.Canonical(written).ShouldBe(canonical);

    [Fact]
    public void The_file_of_the_command_line_beats_environment_properties_and_other_files()
    {
        var low = Write("low.yml", "kestra: {url: 'http://low', environment: {name: low}, system-flows: {namespace: low}, variables: {globals: {myVar: 1}}}");
        var environment = new Dictionary<string, string>
        {
            ["MICRONAUT_CONFIG_FILES"] = low,
            ["KESTRA_CONFIGURATION"] = "kestra:\n  environment:\n    name: inline\n",
            ["KESTRA_URL"] = "http://environment",
            ["JAVA_OPTS"] = "-Xmx1g -Dkestra.url=http://property",
        };
        var high = Write("high.yml", "kestra:\n  url: http://high\n");

        var withoutFile = new ConfigurationBuilder(environment).Build();
        var withFile = new ConfigurationBuilder(environment).WithFile(high, required: true).Force("kestra.server-type", "WORKER").Build();

        withoutFile.Text("kestra.url").ShouldBe("http://property");
        withoutFile.Text("kestra.environment.name").ShouldBe("inline");
        withoutFile.Text("kestra.system-flows.namespace").ShouldBe("low");
        withFile.Text("kestra.url").ShouldBe("http://high");
        withFile.Text("kestra.server-type").ShouldBe("WORKER");
        withFile.Tree("kestra.variables.globals")["my-var"].ShouldBe("1");
    }

    [Fact]
    public void A_missing_file_is_an_error_only_when_it_was_asked_for()
    {
        var missing = Path.Combine(folder, "missing.yml");

        new ConfigurationBuilder(Nothing).WithFile(missing, required: false).Build().Text("micronaut.server.port").ShouldBe("8080");
        Should.Throw<ConfigurationException>(() => new ConfigurationBuilder(Nothing).WithFile(missing, required: true).Build()).Message.ShouldContain(missing);
    }

    [Theory]
    [InlineData("KESTRA_SERVER_TERMINATION_GRACE_PERIOD", "kestra.server.termination-grace-period")]
    [InlineData("KESTRA_STORAGE_S3_ACCESS_KEY", "kestra.storage.s3.access-key")]
    [InlineData("DATASOURCES_POSTGRES_MAXIMUM_POOL_SIZE", "datasources.postgres.maximum-pool-size")]
    [InlineData("MICRONAUT_SERVER_PORT", "micronaut.server.port")]
    [InlineData("ENDPOINTS_ALL_PORT", "endpoints.all.port")]
    [InlineData("LOGGER_LEVELS_IO_KESTRA", "logger.levels.io.kestra")]
    [InlineData("KESTRA_VARIABLES_GLOBALS_FOO_BAR", "kestra.variables.globals.foo-bar")]
    public void Environment_variables_mean_the_documented_key(string variable, string key) =>
        new ConfigurationBuilder(new Dictionary<string, string> { [variable] = "42" }).Build().Text(key).ShouldBe("42");

    [Theory]
    [InlineData("500ms", 500)]
    [InlineData("10s", 10_000)]
    [InlineData("5m", 300_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("7d", 604_800_000)]
    [InlineData("PT5M", 300_000)]
    public void Durations_have_units(string text, double milliseconds)
    {
        ConfigurationValues.TryDuration(text, out var duration).ShouldBeTrue();
        duration.TotalMilliseconds.ShouldBe(milliseconds);
    }

    [Fact]
    public void A_duration_without_unit_counts_as_unset() =>
        Configuration("kestra.server.termination-grace-period: 90").Duration("kestra.server.termination-grace-period", TimeSpan.FromMinutes(5)).ShouldBe(TimeSpan.FromMinutes(5));

    [Theory]
    [InlineData("10MB", 10L << 20)]
    [InlineData("10GB", 10L << 30)]
    [InlineData("123", 123)]
    public void Sizes_are_bytes_or_have_units(string text, long bytes)
    {
        ConfigurationValues.TrySize(text, out var size).ShouldBeTrue();
        size.ShouldBe(bytes);
    }

    [Fact]
    public void Values_that_cannot_be_converted_name_the_key()
    {
        var configuration = Configuration("micronaut.server.port: eighty\nendpoints.all.enabled: \"1\"\n");

        Should.Throw<ConfigurationException>(() => configuration.Integer("micronaut.server.port", 1)).Message.ShouldBe("The configuration property 'micronaut.server.port' must be a whole number, but is 'eighty'.");
        configuration.Boolean("endpoints.all.enabled", true).ShouldBeFalse();
    }

    [Fact]
    public void Placeholders_take_keys_variables_defaults_and_chance()
    {
        var environment = new Dictionary<string, string> { ["DB_HOST"] = "db", ["KESTRA_CONFIGURATION"] = """
            kestra:
              url: http://${DB_HOST}:${PORT:80}/${kestra.environment.name}
              environment: {name: "${NAME:${DB_HOST}-x}"}
              storage: {s3: {bucket: "${random.uuid}"}}
            """ };

        var configuration = new ConfigurationBuilder(environment).Build();

        configuration.Text("kestra.url").ShouldBe("http://db:80/db-x");
        Guid.TryParse(configuration.Text("kestra.storage.s3.bucket"), out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData("kestra.url: ${NOT_THERE}", "Could not resolve placeholder ${NOT_THERE}")]
    [InlineData("kestra.url: ${kestra.url}", "without end")]
    [InlineData("- a\n- b", "must be a mapping")]
    [InlineData("a: [1", "is not valid YAML")]
    [InlineData("a: &x 1\nb: *x", "uses an alias")]
    public void What_cannot_be_read_is_explained(string yaml, string message) =>
        Should.Throw<ConfigurationException>(() => Configuration(yaml)).Message.ShouldContain(message);

    [Fact]
    public void Keys_inside_list_items_stay_as_written()
    {
        var items = Configuration("kestra:\n  plugins:\n    configurations:\n      - type: io.kestra.x\n        values: {someKey: {deepKey: 1}}\n").Items("kestra.plugins.configurations");

        items.ShouldHaveSingleItem()["type"].ShouldBe("io.kestra.x");
        items[0]["values"].ShouldBeOfType<Dictionary<string, object?>>().ShouldContainKey("someKey");
    }

    [Fact]
    public void Renamed_keys_still_work_and_are_told_about()
    {
        var configuration = Configuration("kestra:\n  server: {terminateGracePeriod: 10s}\n  heartbeat: {interval: 1s}\n");

        configuration.Duration("kestra.server.termination-grace-period", TimeSpan.Zero).ShouldBe(TimeSpan.FromSeconds(10));
        ConfigurationAliases.Warnings(configuration).Count().ShouldBe(2);
    }

    [Fact]
    public void Secrets_are_decoded_and_bad_ones_named_without_their_value()
    {
        var warnings = new List<string>();
        var secrets = Secrets.Read(new Dictionary<string, string> { ["SECRET_Mixed_Key"] = "dmFs\ndWUK", ["SECRET_BAD"] = "%%%", ["secret_lower"] = "dmFsdWU=" }, warnings.Add);

        secrets.ShouldHaveSingleItem().ShouldBe(new KeyValuePair<string, string>("MIXED_KEY", "value\n"));
        warnings.ShouldHaveSingleItem().ShouldStartWith("Could not decode secret 'BAD', make sure it is Base64-encoded: ");
        warnings[0].ShouldNotContain("%%%");
    }

    [Fact]
    public void Expressions_see_the_variables_with_the_prefix()
    {
        var configuration = new ConfigurationBuilder(new Dictionary<string, string> { ["ENV_Mixed_Case"] = "1", ["OTHER"] = "2" }).Build();

        Secrets.ExpressionVariables(configuration).ShouldHaveSingleItem().ShouldBe(new KeyValuePair<string, string>("mixed_case", "1"));
    }

    [Fact]
    public void The_report_masks_what_is_secret()
    {
        var configuration = Configuration("datasources.postgres: {password: topvalue1, url: 'jdbc:postgresql://u:topvalue2@h/d?password=topvalue3&x=1'}\nkestra.encryption.secret-key: topvalue4\n");

        var masked = System.Text.Json.JsonSerializer.Serialize(SettingsReport.Build(configuration, showSecrets: false));
        var shown = System.Text.Json.JsonSerializer.Serialize(SettingsReport.Build(configuration, showSecrets: true));

        masked.ShouldNotContain("topvalue");
        masked.ShouldContain("x=1");
        shown.ShouldContain("topvalue1");
    }

    [Fact]
    public void The_documented_keys_are_known()
    {
        KnownKeys.All.Count.ShouldBe(437);
        KnownKeys.Find("datasources.mydb.url")!.Section.ShouldBe("datasources");
        KnownKeys.Find("kestra.no-such-key").ShouldBeNull();
    }

    private static readonly Dictionary<string, string> Nothing = [];

    private static KestraConfiguration Configuration(string yaml) =>
        new ConfigurationBuilder(new Dictionary<string, string> { ["KESTRA_CONFIGURATION"] = yaml }).Build();

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
