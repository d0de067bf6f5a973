using Kestra.Hosting.Configuration;
using Kestra.Hosting.Liveness;
using Kestra.Model.Cluster;
using NodaTime;

namespace Kestra.Hosting.Tests;

public sealed class ServerSettingsTests
{
    [Fact]
    public void Everything_that_is_missing_is_named_at_once()
    {
        var message = Should.Throw<ConfigurationException>(() => Read("kestra.storage.type: local")).Message;

        message.ShouldContain("Server configuration requires the 'kestra.queue.type' property to be defined.");
        message.ShouldContain("Server configuration requires the 'kestra.repository.type' property to be defined.");
        message.ShouldNotContain("kestra.storage.type");
        message.ShouldEndWith("Incomplete server configuration - missing required properties");
    }

    [Theory]
    [InlineData("kestra.url: no url", "must be a valid URL")]
    [InlineData("kestra.url: ftp://x", "must contain either HTTP or HTTPS scheme")]
    [InlineData("micronaut.server.port: 70000", "must be a port")]
    [InlineData("kestra.server.liveness.timeout: 3s", "must be shorter than 'kestra.server.liveness.timeout'")]
    [InlineData("kestra.server.liveness.interval: 0s", "'kestra.server.liveness.interval' must be longer than zero")]
    [InlineData("kestra.server.liveness.timeout: soon", "'kestra.server.liveness.timeout' must be a duration such as 45s")]
    [InlineData("kestra.server.service.purge.fixed-delay: 400d", "must be at most 40 days")]
    [InlineData("kestra.server.worker-task-restart-strategy: SOMETIMES", "must be one of NEVER, IMMEDIATELY, AFTER_TERMINATION_GRACE_PERIOD")]
    [InlineData("kestra.queue.type: kafka", "must name the same database")]
    [InlineData("kestra.storage.type: gcs", "No storage interface can be found for 'kestra.storage.type=gcs'. Supported types are: [local]")]
    public void What_cannot_work_is_refused(string yaml, string message) =>
        Should.Throw<ConfigurationException>(() => Read(Types + yaml)).Message.ShouldContain(message);

    [Fact]
    public void The_local_server_needs_no_configuration_and_stays_in_one_folder()
    {
        var configuration = new ConfigurationBuilder(new Dictionary<string, string> { ["KESTRA_STORAGE_TYPE"] = "s3" }).ForceLocal("/somewhere").Build();
        var settings = ServerSettingsReader.Read(configuration, ServerType.Standalone, processors: 2);

        settings.StorageFolder.ShouldBe("/somewhere/data");
        settings.Database.ShouldBe(new DatabaseSettings.Embedded("/somewhere/data/database.db"));
        settings.Port.ShouldBe(8080);
        settings.ManagementPort.ShouldBe(0);
        settings.Host.ShouldBe("127.0.0.1");
        settings.WorkerThreads.ShouldBe(16);
        settings.TerminationGracePeriod.ShouldBe(TimeSpan.FromMinutes(5));
        settings.Services.ShouldBe(new ServiceSettings(ServiceConfig.Default, TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(30)));
    }

    [Fact]
    public void Times_and_strategy_of_liveness_can_be_configured()
    {
        var services = Read(Types + """
            kestra.server.termination-grace-period: 60s
            kestra.server.worker-task-restart-strategy: IMMEDIATELY
            kestra.server.liveness.enabled: false
            kestra.server.liveness.interval: PT7S
            kestra.server.liveness.timeout: 1m
            kestra.server.liveness.initial-delay: 2m
            kestra.server.liveness.heartbeat-interval: 500ms
            kestra.server.service.purge.retention: 90d
            """).Services;

        services.Config.ShouldBe(new ServiceConfig(
            Duration.FromMinutes(1),
            TaskRestartStrategy.IMMEDIATELY,
            new LivenessConfig(false, Duration.FromSeconds(7), Duration.FromMinutes(1), Duration.FromMinutes(2), Duration.FromMilliseconds(500))));
        services.PurgeRetention.ShouldBe(TimeSpan.FromDays(90));
    }

    [Fact]
    public void A_start_on_Postgres_can_be_kept_from_migrating_and_settings_print_no_password()
    {
        const string Keys = "kestra.repository.type: postgres\nkestra.queue.type: postgres\ndatasources.postgres.url: jdbc:postgresql://u:secret@db:5432/kestra?password=secret\n"
            + "datasources.postgres.password: secret\n";

        Read(Types + Keys).Database.ShouldBeOfType<DatabaseSettings.Postgres>().Migrate.ShouldBeTrue();
        Read(Types + Keys + "flyway.datasources.postgres.enabled: false\n").Database.ShouldBeOfType<DatabaseSettings.Postgres>().Migrate.ShouldBeFalse();
        Read(Types + Keys).ToString().ShouldNotContain("secret");
    }

    private const string Types = "kestra.repository.type: h2\nkestra.queue.type: h2\nkestra.storage.type: local\n";

    private static ServerSettings Read(string yaml) => ServerSettingsReader.Read(
        new ConfigurationBuilder(new Dictionary<string, string> { ["KESTRA_CONFIGURATION"] = string.Join('\n', yaml.Split('\n').GroupBy(line => line.Split(':')[0]).Select(group => group.Last())) }).Build(),
        ServerType.Standalone,
        processors: 2);
}
