//! SOAP at `/sdk`: vCenter itself, namespace `urn:vim25`.

pub mod acknowledge_alarm;
pub mod certificate_info;
pub mod certificate_lists;
pub mod clusters;
pub mod container_view;
pub mod current_time;
pub mod find_extension;
pub mod firewall;
pub mod has_privileges;
pub mod high_availability;
pub mod host_certificate;
pub mod host_connection;
pub mod host_page;
pub mod host_service;
mod host_values;
pub mod io_filters;
pub mod login;
pub mod logout;
pub mod own_certificate;
pub mod query_date_time;
pub mod query_options;
pub mod refresh_certificates;
pub mod service_content;
pub mod service_versions;
pub mod task_info;
pub mod time_servers;
